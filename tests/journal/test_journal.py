"""The journal tells what was about to happen before it happened, and what came of it."""

from __future__ import annotations

import fcntl
import io
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
def boss(workspace: Workspace) -> str:
    """A destination that is to change, and one to be added; the id of the first."""
    identity = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param2="two")
    workspace.tenant(
        "DEMO", {"name": "Boss", "params": ["one"]}, {"name": "Night", "type": "FORWARD", "params": ["112"]}
    )
    return identity


def test_it_holds_the_run_and_each_write_with_old_and_new_values(workspace: Workspace, boss: str) -> None:
    workspace.environ["GITHUB_RUN_ID"] = "4711"
    workspace.environ["LOGNAME"] = "anna"
    assert workspace.apply().status == 0
    run, *rest = lines(workspace.journals[0])
    assert {key: run[key] for key in ("kind", "journal", "url", "user", "ci_run")} == {
        "kind": "run",
        "journal": "1.1",
        "url": workspace.pbx.url,
        "user": "anna",
        "ci_run": "4711",
    }
    assert run["plan"].startswith("sha256:")
    assert run["pbxsync_version"]
    assert run["host"]
    made = workspace.pbx.rows("DEMO")[1]["cu_id"]
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
    workspace: Workspace, boss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    flushed: list[int] = []
    really = os.fsync

    def fsync(file: int) -> None:
        really(file)
        flushed.append(os.fstat(file).st_size)

    def look(action: str, _: str) -> None:
        if action in {"add", "update"}:
            assert flushed[-1] == workspace.journals[0].stat().st_size
            seen.append([line["kind"] for line in lines(workspace.journals[0])])

    monkeypatch.setattr("os.fsync", fsync)
    with intercepted(workspace, look):
        assert workspace.apply().status == 0
    assert seen == [["run", "before"], ["run", "before", "after", "before"]]
    del boss


def test_it_is_for_its_owner_alone(workspace: Workspace, boss: str) -> None:
    umask = os.umask(0)
    try:
        assert workspace.apply().status == 0
    finally:
        os.umask(umask)
    hidden = workspace.folder / ".pbxsync"
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in (hidden, hidden / "journal", workspace.journals[0])
    }
    assert list(modes.values()) == [0o700, 0o700, 0o600]
    assert (hidden / ".gitignore").read_text() == "*\n"
    assert stat.S_IMODE((hidden / "lock").stat().st_mode) == 0o600
    del boss


def test_no_key_is_in_it_even_where_the_server_echoes_it(workspace: Workspace, boss: str) -> None:
    workspace.pbx.faults.add("echo-key=500 method=POST")
    workspace.apply()
    workspace.pbx.faults.clear()
    text = workspace.journals[0].read_text()
    assert workspace.pbx.write_key not in text
    assert "after" in text
    del boss


def _links(workspace: Workspace, what: str) -> tuple[str, ...]:
    """Put a symlink where a file or folder of ours belongs, and return the options that lead there."""
    target = workspace.folder / "elsewhere"
    hidden = workspace.folder / ".pbxsync"
    if what == "journal file":
        target.write_text("")
        (workspace.folder / "run.jsonl").symlink_to(target)
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
def test_a_symlink_that_somebody_planted_is_not_followed(workspace: Workspace, boss: str, what: str) -> None:
    words = _links(workspace, what)
    ran = workspace.apply(*words)
    assert ran.status == 1
    assert "symbolic link" in ran.err
    assert not workspace.asked
    target = workspace.folder / "elsewhere"
    assert not (target.read_text() if target.is_file() else list(target.iterdir()))
    del boss


@pytest.mark.parametrize(
    "name",
    ["/dev/null", "/dev/full", "pipe", "folder", "none/run.jsonl", "/proc/run.jsonl", "pipe/run.jsonl", "x" * 300],
)
def test_what_can_hold_no_journal_stops_the_apply_before_the_first_request(
    workspace: Workspace, boss: str, name: str
) -> None:
    os.mkfifo(workspace.folder / "pipe")
    (workspace.folder / "folder").mkdir()
    device = stat.S_IMODE(Path("/dev/null").stat().st_mode)
    ran = workspace.apply("--journal", name)
    assert ran.status == 1
    if len(name) > 255:
        assert ran.err.startswith("error: Invalid value for '--journal': the name is too long for a file.\n")
    else:
        assert f"the journal {name} cannot be opened" in ran.err
        assert "--journal FILE" in ran.err
    assert ("its folder does not exist: create it first" in ran.err) == name.startswith("none/")
    assert not workspace.asked
    assert stat.S_IMODE(Path("/dev/null").stat().st_mode) == device
    del boss


def test_a_folder_that_cannot_be_made_stops_the_apply(workspace: Workspace, boss: str) -> None:
    workspace.write(".pbxsync", "a file")
    ran = workspace.apply()
    assert ran.status == 1
    assert "part of its path is not a folder" in ran.err
    assert not workspace.asked
    del boss


def test_a_saved_plan_and_a_revert_look_for_a_place_for_their_journal_first_too(
    workspace: Workspace, boss: str
) -> None:
    plan = workspace.save()
    assert workspace.apply().status == 0
    asked = len(workspace.asked)
    for command, file in (("apply", plan), ("revert", workspace.journals[0])):
        ran = workspace.run(command, "--auto-approve", "--journal", "none/run.jsonl", file)
        assert (ran.status, ran.out) == (1, "")
        assert "its folder does not exist: create it first" in ran.err
    assert len(workspace.asked) == asked
    assert (
        workspace.run("revert", "--out", "back.plan", "--journal", "none/run.jsonl", workspace.journals[0]).status == 0
    )
    del boss


@pytest.mark.parametrize("rest", [b"", b'{"kind": "run", "journal": "1.0"}\n{"kind": "bef'])
def test_a_journal_is_as_it_was_where_nothing_is_written_in_the_end(
    workspace: Workspace, boss: str, rest: bytes
) -> None:
    path = workspace.folder / "all.jsonl"
    path.write_bytes(rest)
    path.chmod(0o644)
    before = path.stat()
    assert "not approved" in workspace.run("apply", "--append", "--journal", path, answer="no\n").err
    after = path.stat()
    assert path.read_bytes() == rest
    assert (after.st_ino, after.st_mode, after.st_mtime_ns) == (before.st_ino, before.st_mode, before.st_mtime_ns)
    workspace.run("apply", "--journal", "new.jsonl", answer="no\n")
    assert sorted(each.name for each in workspace.folder.glob("*.jsonl")) == ["all.jsonl"]
    del boss


def test_a_journal_that_exists_is_only_continued_if_that_is_asked_for(workspace: Workspace, boss: str) -> None:
    path = workspace.write("all.jsonl", "")
    plan = workspace.save()
    before = len(workspace.asked)
    for words in (("apply", "--auto-approve"), ("apply", plan)):
        ran = workspace.run(*words, "--journal", path)
        assert ran.err == (
            f"error: the journal {path} exists already: nothing was written to the PBX. Use --append to continue it, or"
            " name another one with --journal FILE\n"
        )
        assert (ran.status, ran.out, path.read_text()) == (1, "", "")
    assert len(workspace.asked) == before
    assert "--append continues the journal that --journal FILE names" in workspace.apply("--append").err
    assert workspace.apply("--append", "--journal", path).status == 0
    assert workspace.run("revert", "--auto-approve", "--journal", path, path).status == 1
    assert len(workspace.pbx.rows("DEMO")) == 2
    del boss


def test_a_journal_that_appears_while_somebody_is_asked_is_not_touched(workspace: Workspace, boss: str) -> None:
    class Meanwhile(io.StringIO):
        def isatty(self) -> bool:
            return True

        def readline(self, *_: object) -> str:  # type: ignore[override]  # nobody asks for a part of a line
            workspace.write("all.jsonl", '{"kind": "run", "of": "somebody else"}\n')
            return "yes\n"

    ran = workspace.run("apply", "--journal", "all.jsonl", terminal=Meanwhile())
    assert ran.status == 1
    assert "the journal all.jsonl exists already" in ran.err
    assert (workspace.folder / "all.jsonl").read_text() == '{"kind": "run", "of": "somebody else"}\n'
    assert not workspace.sent
    del boss


def test_a_file_that_is_no_journal_is_left_as_it_is(workspace: Workspace, boss: str) -> None:
    for text in ("shopping list\n", "x", '{"kind": "other"}\n', "\n"):
        path = workspace.write("notes.txt", text)
        ran = workspace.apply("--journal", path)
        assert ran.status == 1
        assert "it is not a journal, and was left as it is" in ran.err
        assert path.read_text() == text
    assert not workspace.asked
    del boss


def test_several_runs_may_share_one_and_a_line_that_was_cut_short_is_taken_off(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    path = workspace.folder / "all.jsonl"
    for number, rest in enumerate((b"", b'{"kind": "after", "n"', b"x" * 200_000)):
        workspace.tenant("DEMO", {"name": "Boss", "params": [f"value {number}"]})
        assert workspace.apply("--append", "--journal", path).status == 0
        with path.open("ab") as file:
            file.write(rest)
    kinds = [line["kind"] for line in map(json.loads, path.read_bytes().splitlines()[:-1])]
    assert kinds == ["run", "before", "after"] * 3
    assert workspace.run("revert", "--auto-approve", path).status == 0
    assert workspace.pbx.rows("DEMO")[0]["cu_param1"] == "1"


def test_a_journal_cut_short_in_its_first_line_is_gone_on_with(workspace: Workspace, boss: str) -> None:
    path = workspace.write("all.jsonl", '{"kind": "ru')
    assert workspace.apply("--append", "--journal", path).status == 0
    assert [line["kind"] for line in lines(path)] == ["run", "before", "after", "before", "after"]
    del boss


def test_a_journal_that_another_process_writes_is_refused(workspace: Workspace, boss: str) -> None:
    path = workspace.write("all.jsonl", "")
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        ran = workspace.apply("--journal", path)
    assert ran.status == 1
    assert "another process is writing it" in ran.err
    assert not workspace.asked
    del boss


def test_without_a_journal_nothing_is_kept(workspace: Workspace, boss: str) -> None:
    assert workspace.apply("--no-journal").status == 0
    assert not (workspace.folder / ".pbxsync" / "journal").exists()
    assert "exclude each other" in workspace.apply("--no-journal", "--journal", "x").err
    del boss


def test_a_run_without_changes_makes_none(workspace: Workspace) -> None:
    workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1")
    workspace.tenant("DEMO", {"name": "Boss", "params": ["1"]})
    assert workspace.apply().status == 0
    assert not workspace.journals


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
from pbxsync.cli.main import run
sys.exit(run(sys.argv[2:]))
"""


def _apply_with_room_for(workspace: Workspace, size: int) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", FULL, str(size), "apply", "--auto-approve", *QUICK]
    return subprocess.run(
        words, cwd=workspace.folder, env=workspace.environ, capture_output=True, text=True, check=False
    )


def test_a_full_disk_stops_the_apply_before_the_next_write_and_says_what_became_of_the_others(
    workspace: Workspace,
) -> None:
    """At whatever line: a write that was sent has its line before it, and its outcome is told."""
    names = [f"Desk {number}" for number in range(3)]
    ids = {name: workspace.pbx.put("DEMO", cu_name=name, cu_param1="old") for name in names}
    whole = 0
    for share in (1.0, 0.95, 0.8, 0.6, 0.4, 0.1):
        for name in names:
            workspace.pbx.change(ids[name], cu_param1="old")
        workspace.tenant("DEMO", *({"name": name, "params": ["new"]} for name in names))
        workspace.pbx.clear_log()
        ran = _apply_with_room_for(workspace, int(whole * share) or 10_000_000)
        journal = workspace.journals[-1]
        if not whole:
            whole = journal.stat().st_size
            assert ran.returncode == 0, ran.stderr
            continue
        _check_stopped(workspace, ran, journal)


def _check_stopped(workspace: Workspace, ran: subprocess.CompletedProcess[str], journal: Path) -> None:
    said = ran.stdout + ran.stderr
    assert ran.returncode == 1
    assert "cannot be written (file too large): no further write is sent" in said, said
    assert "Traceback" not in said
    committed = [request.objectid for request in workspace.commits]
    before: list[Any] = []
    if journal.stat().st_size:
        before = [write.id for write in read_journal(journal).writes]
    assert committed == before[: len(committed)]
    assert len(before) - len(committed) in {0, 1}
    assert len(committed) < 3 or "3 changed" in said
    if 0 < len(committed) < 3:
        assert f"{len(committed)} changed" in said
        assert "not sent" in said
