"""The journal tells what was about to happen before it happened, and what came of it."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pbxsync.journal.read import read_journal
from tests.apply.intercept import intercepted
from tests.support.records import lines
from tests.support.workspace import QUICK, Workspace


@pytest.fixture
def boss(stage: Workspace) -> str:
    """A destination that is to change, and one to be added; the id of the first."""
    identity = stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="two")
    stage.tenant("DEMO", {"name": "Boss", "params": ["one"]}, {"name": "Night", "type": "FORWARD", "params": ["112"]})
    return identity


def test_it_holds_the_run_and_each_write_with_old_and_new_values(stage: Workspace, boss: str) -> None:
    stage.environ["GITHUB_RUN_ID"] = "4711"
    stage.environ["LOGNAME"] = "anna"
    assert stage.apply().status == 0
    run, *rest = lines(stage.journals[0])
    assert {key: run[key] for key in ("kind", "journal", "url", "user", "ci_run")} == {
        "kind": "run",
        "journal": "1.0",
        "url": stage.pbx.url,
        "user": "anna",
        "ci_run": "4711",
    }
    assert run["plan"].startswith("sha256:")
    assert run["pbxsync_version"]
    assert run["host"]
    made = stage.pbx.rows("DEMO")[1]["cu_id"]
    told = [{key: line[key] for key in line if key not in {"at", "live", "source", "message"}} for line in rest]
    assert told == [
        {
            "kind": "before",
            "n": 1,
            "action": "update",
            "tenant": "DEMO",
            "id": boss,
            "name": "Boss",
            "diff": [{"field": "param1", "old": "1", "new": "one"}],
        },
        {"kind": "after", "n": 1, "status": "done", "id": boss, "untouched": False, "stored_wrong": []},
        {
            "kind": "before",
            "n": 2,
            "action": "add",
            "tenant": "DEMO",
            "id": None,
            "name": "Night",
            "diff": [
                {"field": "name", "old": None, "new": "Night"},
                {"field": "type", "old": None, "new": "FORWARD", "old_id": None, "new_id": "1"},
                {"field": "param1", "old": None, "new": "112"},
            ],
        },
        {"kind": "after", "n": 2, "status": "done", "id": made, "untouched": False, "stored_wrong": []},
    ]


def test_the_line_before_a_write_is_on_the_disk_before_the_pbx_sees_the_request(
    stage: Workspace, boss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    flushed: list[int] = []
    really = os.fsync

    def fsync(file: int) -> None:
        really(file)
        flushed.append(os.fstat(file).st_size)

    def look(action: str, _: str) -> None:
        if action in {"add", "update"}:
            assert flushed[-1] == stage.journals[0].stat().st_size
            seen.append([line["kind"] for line in lines(stage.journals[0])])

    monkeypatch.setattr("os.fsync", fsync)
    with intercepted(stage, look):
        assert stage.apply().status == 0
    assert seen == [["run", "before"], ["run", "before", "after", "before"]]
    del boss


def test_it_is_for_its_owner_alone(stage: Workspace, boss: str) -> None:
    umask = os.umask(0)
    try:
        assert stage.apply().status == 0
    finally:
        os.umask(umask)
    hidden = stage.folder / ".pbxsync"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (hidden, hidden / "journal", stage.journals[0])}
    assert list(modes.values()) == [0o700, 0o700, 0o600]
    assert (hidden / ".gitignore").read_text() == "*\n"
    assert stat.S_IMODE((hidden / "lock").stat().st_mode) == 0o600
    del boss


def test_no_key_is_in_it_even_where_the_server_echoes_it(stage: Workspace, boss: str) -> None:
    stage.pbx.faults.add("echo-key=500 method=POST")
    stage.apply()
    stage.pbx.faults.clear()
    text = stage.journals[0].read_text()
    assert stage.pbx.write_key not in text
    assert "after" in text
    del boss


def _links(stage: Workspace, what: str) -> tuple[str, ...]:
    """Put a symlink where a file or folder of ours belongs, and return the options that lead there."""
    target = stage.folder / "elsewhere"
    hidden = stage.folder / ".pbxsync"
    if what == "journal file":
        target.write_text("")
        (stage.folder / "run.jsonl").symlink_to(target)
        return ("--journal", "run.jsonl")
    if what == "lock":
        hidden.mkdir()
        target.write_text("")
        (hidden / "lock").symlink_to(target)
        return ()
    target.mkdir()
    if what == ".pbxsync":
        hidden.symlink_to(target)
    else:
        hidden.mkdir()
        (hidden / "journal").symlink_to(target)
    return ()


@pytest.mark.parametrize("what", ["journal file", "lock", ".pbxsync", "journal folder"])
def test_a_symlink_that_somebody_planted_is_not_followed(stage: Workspace, boss: str, what: str) -> None:
    words = _links(stage, what)
    ran = stage.apply(*words)
    assert ran.status == 1
    assert "symbolic link" in ran.err
    assert not stage.asked
    target = stage.folder / "elsewhere"
    assert not (target.read_text() if target.is_file() else list(target.iterdir()))
    del boss


@pytest.mark.parametrize(
    "name",
    ["/dev/null", "/dev/full", "pipe", "folder", "none/run.jsonl", "/proc/run.jsonl", "pipe/run.jsonl", "x" * 300],
)
def test_what_can_hold_no_journal_stops_the_apply_before_the_first_request(
    stage: Workspace, boss: str, name: str
) -> None:
    os.mkfifo(stage.folder / "pipe")
    (stage.folder / "folder").mkdir()
    device = stat.S_IMODE(Path("/dev/null").stat().st_mode)
    ran = stage.apply("--journal", name)
    assert ran.status == 1
    assert f"the journal {name} cannot be opened" in ran.err
    assert "--journal FILE" in ran.err
    assert ("its folder does not exist: create it first" in ran.err) == name.startswith("none/")
    assert not stage.asked
    assert stat.S_IMODE(Path("/dev/null").stat().st_mode) == device
    del boss


def test_a_folder_that_cannot_be_made_stops_the_apply(stage: Workspace, boss: str) -> None:
    stage.write(".pbxsync", "a file")
    ran = stage.apply()
    assert ran.status == 1
    assert "part of its path is not a folder" in ran.err
    assert not stage.asked
    del boss


def test_a_saved_plan_and_a_revert_look_for_a_place_for_their_journal_first_too(stage: Workspace, boss: str) -> None:
    plan = stage.save()
    assert stage.apply().status == 0
    asked = len(stage.asked)
    for command, file in (("apply", plan), ("revert", stage.journals[0])):
        ran = stage.run(command, "--auto-approve", "--journal", "none/run.jsonl", file)
        assert (ran.status, ran.out) == (1, "")
        assert "its folder does not exist: create it first" in ran.err
    assert len(stage.asked) == asked
    assert stage.run("revert", "--out", "back.plan", "--journal", "none/run.jsonl", stage.journals[0]).status == 0
    del boss


@pytest.mark.parametrize("rest", [b"", b'{"kind": "run", "journal": "1.0"}\n{"kind": "bef'])
def test_a_journal_is_as_it_was_where_nothing_is_written_in_the_end(stage: Workspace, boss: str, rest: bytes) -> None:
    path = stage.folder / "all.jsonl"
    path.write_bytes(rest)
    path.chmod(0o644)
    before = path.stat()
    assert "not approved" in stage.run("apply", "--journal", path, answer="no\n").err
    after = path.stat()
    assert path.read_bytes() == rest
    assert (after.st_ino, after.st_mode, after.st_mtime_ns) == (before.st_ino, before.st_mode, before.st_mtime_ns)
    stage.run("apply", "--journal", "new.jsonl", answer="no\n")
    assert sorted(each.name for each in stage.folder.glob("*.jsonl")) == ["all.jsonl"]
    del boss


def test_a_file_that_is_no_journal_is_left_as_it_is(stage: Workspace, boss: str) -> None:
    for text in ("shopping list\n", "x", '{"kind": "other"}\n', "\n"):
        path = stage.write("notes.txt", text)
        ran = stage.apply("--journal", path)
        assert ran.status == 1
        assert "it is not a journal, and was left as it is" in ran.err
        assert path.read_text() == text
    assert not stage.asked
    del boss


def test_several_runs_may_share_one_and_a_line_that_was_cut_short_is_taken_off(stage: Workspace) -> None:
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    path = stage.folder / "all.jsonl"
    for number, rest in enumerate((b"", b'{"kind": "after", "n"', b"x" * 200_000)):
        stage.tenant("DEMO", {"name": "Boss", "params": [f"value {number}"]})
        assert stage.apply("--journal", path).status == 0
        with path.open("ab") as file:
            file.write(rest)
    kinds = [line["kind"] for line in map(json.loads, path.read_bytes().splitlines()[:-1])]
    assert kinds == ["run", "before", "after"] * 3
    assert stage.run("revert", "--auto-approve", path).status == 0
    assert stage.pbx.rows("DEMO")[0]["cu_param1"] == "1"


def test_a_journal_cut_short_in_its_first_line_is_gone_on_with(stage: Workspace, boss: str) -> None:
    path = stage.write("all.jsonl", '{"kind": "ru')
    assert stage.apply("--journal", path).status == 0
    assert [line["kind"] for line in lines(path)] == ["run", "before", "after", "before", "after"]
    del boss


def test_a_journal_that_another_process_writes_is_refused(stage: Workspace, boss: str) -> None:
    path = stage.write("all.jsonl", "")
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        ran = stage.apply("--journal", path)
    assert ran.status == 1
    assert "another process is writing it" in ran.err
    assert not stage.asked
    del boss


def test_without_a_journal_nothing_is_kept(stage: Workspace, boss: str) -> None:
    assert stage.apply("--no-journal").status == 0
    assert not (stage.folder / ".pbxsync" / "journal").exists()
    assert "exclude each other" in stage.apply("--no-journal", "--journal", "x").err
    del boss


def test_a_run_without_changes_makes_none(stage: Workspace) -> None:
    stage.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    stage.tenant("DEMO", {"name": "Boss", "params": ["1"]})
    assert stage.apply().status == 0
    assert not stage.journals


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from pbxsync.cli.main import run
sys.exit(run(sys.argv[2:]))
"""


def _apply_with_room_for(stage: Workspace, size: int) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", FULL, str(size), "apply", "--auto-approve", *QUICK]
    return subprocess.run(words, cwd=stage.folder, env=stage.environ, capture_output=True, text=True, check=False)


def test_a_full_disk_stops_the_apply_before_the_next_write_and_says_what_became_of_the_others(stage: Workspace) -> None:
    """At whatever line: a write that was sent has its line before it, and its outcome is told."""
    names = [f"Desk {number}" for number in range(3)]
    ids = {name: stage.pbx.put("DEMO", cu_name=name, cu_param1="old") for name in names}
    whole = 0
    for share in (1.0, 0.95, 0.8, 0.6, 0.4, 0.1):
        for name in names:
            stage.pbx.change(ids[name], cu_param1="old")
        stage.tenant("DEMO", *({"name": name, "params": ["new"]} for name in names))
        stage.pbx.clear_log()
        ran = _apply_with_room_for(stage, int(whole * share) or 10_000_000)
        journal = stage.journals[-1]
        if not whole:
            whole = journal.stat().st_size
            assert ran.returncode == 0, ran.stderr
            continue
        _check_stopped(stage, ran, journal)


def _check_stopped(stage: Workspace, ran: subprocess.CompletedProcess[str], journal: Path) -> None:
    said = ran.stdout + ran.stderr
    assert ran.returncode == 1
    assert "cannot be written (file too large): no further write is sent" in said, said
    assert "Traceback" not in said
    committed = [request.objectid for request in stage.commits]
    before: list[Any] = []
    if journal.stat().st_size:
        before = [write.id for write in read_journal(journal).writes]
    assert committed == before[: len(committed)]
    assert len(before) - len(committed) in {0, 1}
    assert len(committed) < 3 or "3 changed" in said
    if 0 < len(committed) < 3:
        assert f"{len(committed)} changed" in said
        assert "not sent" in said
