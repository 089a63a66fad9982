"""What stands in each line of a journal, to the letter, and what is said where there can be none."""

from __future__ import annotations

import json
import os
import platform
import re
import resource
import time
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from pbxsync import __version__
from pbxsync.errors import JournalError
from pbxsync.journal.origin import Origin
from pbxsync.journal.write import Journal, new_path
from pbxsync.model.report import Mismatch, Outcome, Status
from tests.render import samples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ELSE = "nothing was written to the PBX. Name another one with --journal FILE, or use --no-journal"


def as_it_is(text: str) -> str:
    return text


def told(path: Path) -> list[dict[str, Any]]:
    """The lines without their times, which are those of now in UTC."""
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for line in found:
        at = line.pop("at")
        assert UTC.fullmatch(at)
        assert abs(datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp() - time.time()) < 600
    return found


def test_the_line_of_a_run_says_who_runs_what_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "anna")
    path = tmp_path / "run.jsonl"
    with Journal(path, as_it_is) as journal:
        of_ci = {"BUILD_ID": "", "BUILD_TAG": "b-7", "CI_JOB_ID": "9"}
        journal.run("https://pbx.example", "sha256:1", Origin("c0ffee", "anna-b", "12"), of_ci)
        journal.run("https://pbx.example", "sha256:1", Origin(), {"HOME": "/"})
    line = {
        "kind": "run",
        "journal": "1.1",
        "pbxsync_version": __version__,
        "url": "https://pbx.example",
        "plan": "sha256:1",
        "user": "anna",
        "host": platform.node(),
        "ci_run": "9",
        "commit": "c0ffee",
        "actor": "anna-b",
        "pull_request": "12",
    }
    assert told(path) == [line, line | dict.fromkeys(("ci_run", "commit", "actor", "pull_request"))]
    assert path.read_bytes().startswith(b'{"kind": "run", ')


def no_name(number: int) -> NoReturn:
    raise KeyError(number)


def test_whoever_has_no_name_is_told_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", no_name)
    with Journal(tmp_path / "run.jsonl", as_it_is) as journal:
        journal.run("U", "sha256:1", Origin(), {})
    assert told(tmp_path / "run.jsonl")[0]["user"] == str(os.getuid())


def test_the_line_before_a_write_says_what_it_will_do_and_on_what_it_rests(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Journal(path, as_it_is) as journal:
        assert [journal.before(samples.rename("T")), journal.before(samples.odd("ODD"))] == [1, 2]
    rename, odd = told(path)
    assert rename == {
        "kind": "before",
        "n": 1,
        "action": "update",
        "tenant": "T",
        "id": "286",
        "name": "Boss private phone",
        "source": "tenants/t.yaml:12",
        "live": "sha256:ab",
        "diff": [
            {"field": "name", "old": "Boss phone", "new": "Boss private phone"},
            {"field": "param1", "old": "3564732920", "new": "0636287454"},
        ],
    }
    assert (odd["n"], odd["name"]) == (2, "::error::Robot\u200b")
    assert odd["diff"][0] == {"field": "type", "old": "AI AGENT", "new": "AI AGENT", "old_id": "7", "new_id": "9"}
    assert odd["diff"][2] == {"field": "param2", "sensitive": True, "fingerprint": "hmac-sha256:00"}


def test_the_line_after_a_write_says_what_became_of_it_and_holds_no_key(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    wrong = (Mismatch("param1", "number", "1 s3cret", "2"), Mismatch("param2", None, None, None, sensitive=True))
    outcome = Outcome(samples.rename("T"), Status.FAILED, "286", "the PBX says s3cret \ud800", wrong)
    with Journal(path, lambda text: text.replace("s3cret", "(key)")) as journal:
        journal.after(7, outcome, None, untouched=True)
        journal.after(8, replace(outcome, mismatches=()), "sha256:cd", untouched=False)
    line = {
        "kind": "after",
        "n": 7,
        "status": "failed",
        "id": "286",
        "message": "the PBX says (key) \ud800",
        "live": None,
        "untouched": True,
        "stored_wrong": [
            {"field": "param1", "wanted": "1 (key)", "stored": "2"},
            {"field": "param2", "wanted": None, "stored": None},
        ],
    }
    assert told(path) == [line, line | {"n": 8, "live": "sha256:cd", "untouched": False, "stored_wrong": []}]


def test_what_cannot_be_a_journal_is_named_with_what_to_do(tmp_path: Path) -> None:
    other = tmp_path / "notes\n.txt"
    other.write_text("shopping list\n")
    with pytest.raises(JournalError) as refused:
        Journal(other, as_it_is, append=True)
    why = "it is not a journal, and was left as it is"
    assert str(refused.value) == f"the journal {tmp_path}/notes\\u000a.txt cannot be opened ({why}): {ELSE}"


def test_where_no_journal_can_be_kept_the_folder_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / ".pbxsync").symlink_to(tmp_path)
    with pytest.raises(JournalError) as refused:
        new_path(tmp_path / ".pbxsync")
    assert str(refused.value) == (
        f"the folder {tmp_path}/.pbxsync/journal cannot be used (it is a symbolic link, which pbxsync never follows:"
        " remove it, or name another file): nothing was written to the PBX. Set PBXSYNC_STATE_DIR to another folder, name a"
        " journal with --journal FILE, or use --no-journal"
    )


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_a_journal_of_a_project_is_named_for_the_time_in_utc_and_like_no_other(tmp_path: Path) -> None:
    one, other = new_path(tmp_path / ".pbxsync"), new_path(tmp_path / ".pbxsync")
    assert one.parent == other.parent == tmp_path / ".pbxsync" / "journal"
    stamp, _, short = one.stem.partition("-")
    assert re.fullmatch("[0-9a-f]{6}", short)
    assert one.suffix == ".jsonl"
    made = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    assert abs(made.timestamp() - time.time()) < 600
    assert one != other


def test_a_journal_that_cannot_be_written_any_more_says_so(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    bounds = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(path, as_it_is) as journal:
        assert [journal.broken] == [None]
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, bounds[1]))
        try:
            with pytest.raises(JournalError) as refused:
                journal.before(samples.rename("T"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, bounds)
        assert journal.broken == str(refused.value)
    assert str(refused.value) == f"the journal {path} cannot be written (file too large): no further write is sent"
    assert not path.read_bytes()
