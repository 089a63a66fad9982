"""`apply --resume JOURNAL` finishes an apply that was killed or failed in part, and writes nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.apply.sensitive_values import FROM_FILE, NEW, PROJECT
from tests.support.command import COMMAND
from tests.support.records import lines
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Ran
    from tests.support.workspace import Workspace

#: A multiple of forty. Ten times as many take minutes.
UPDATES = int(os.environ.get("PBXSYNC_RESUME_UPDATES", "400"))
QUICK = ("--parallel", "1", "--retries", "1", "--timeout", "2")


@pytest.fixture
def half(workspace: Workspace) -> Workspace:
    """A saved plan of two updates, a rename and two adds, of which only the first update was accepted."""
    for name in ("A", "B", "Old"):
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="1")
    workspace.tenant(
        "DEMO",
        {"name": "A", "params": ["2"]},
        {"name": "B", "params": ["2"]},
        {"name": "New", "renamed_from": "Old"},
        forward("Night"),
        forward("Day"),
    )
    workspace.save()
    for refused in ("update objectid=2", "update objectid=3", "add"):
        workspace.pbx.faults.add(f"too-bad action={refused}")
    ran = workspace.run("apply", "change.plan", *QUICK, "--journal", "run.jsonl")
    assert ran.status == 1
    assert "4 changes of the plan left: fix the cause and apply the same saved plans with --resume and this" in ran.out
    assert len(workspace.commits) == 1
    workspace.pbx.faults.clear()
    workspace.pbx.clear_log()
    return workspace


def resume(workspace: Workspace, *words: str, journal: str = "run.jsonl") -> Ran:
    """Go on with the plan of the workspace."""
    return workspace.run("apply", "change.plan", "--resume", journal, *QUICK, *words)


def written(workspace: Workspace) -> list[tuple[str, str]]:
    """Return the action and id of every write so far."""
    return [(request.action, request.objectid) for request in workspace.commits]


def test_what_is_left_is_written_and_what_is_done_is_not_even_read(half: Workspace) -> None:
    ran = resume(half)
    assert ran.status == 0, ran.text
    assert "Apply complete: 2 added, 3 changed. 1 of them was done before this run." in ran.out
    assert written(half) == [("UPDATE", "2"), ("UPDATE", "3"), ("ADD", ""), ("ADD", "")]
    assert not [request for request in half.asked if request[1] == "GET" and request[3] == "1"]
    assert half.run("plan", "--detailed-exitcode").status == 0
    [journal] = half.journals
    assert lines(journal)[0]["plan"] == json.loads((half.folder / "change.plan").read_text())["digest"]


@pytest.mark.parametrize("journal", ["run.jsonl", "next.jsonl"])
def test_resumed_twice_nothing_is_left_and_no_journal_is_begun(half: Workspace, journal: str) -> None:
    assert resume(half, "--journal", "next.jsonl").status == 0
    half.pbx.clear_log()
    again = resume(half, "--journal", "third.jsonl", journal=journal)
    assert again.status == 0, again.text
    assert "Apply complete: 2 added, 3 changed. 5 of them were done before this run." in again.out
    assert not half.sent
    assert not (half.folder / "third.jsonl").exists()


def test_the_journal_of_the_first_run_may_be_continued(half: Workspace) -> None:
    assert resume(half, "--journal", "run.jsonl", "--append").status == 0
    again = resume(half)
    assert again.status == 0
    assert "5 of them were done before this run" in again.out
    assert {line["status"] for line in lines(half.folder / "run.jsonl") if line["kind"] == "after"} >= {"done"}


def test_what_holds_the_planned_values_already_is_done_although_no_journal_says_so(half: Workspace) -> None:
    half.pbx.change("2", cu_param1="2")
    half.pbx.change("3", cu_name="New")
    night = half.pbx.put("DEMO", cu_name="Night", cu_ct_id=1, cu_param1="100", cu_param2="INCOMINGDID", cu_param3="30")
    ran = half.run("-v", "apply", "change.plan", "--resume", "run.jsonl", *QUICK)
    assert ran.status == 0, ran.text
    assert written(half) == [("ADD", "")]
    assert "4 of them were done before this run." in ran.out
    assert f'added (the reply was lost; the read-back confirms it): DEMO "Night" (id {night})' in ran.out


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ("2", {"cu_param1": "3"}),
        ("2", {"cu_param1": "2", "cu_param7": "by hand"}),
        ("2", {"cu_param1": "2", "cu_ct_id": "5"}),
        ("3", {"cu_name": "Other"}),
        ("3", {"cu_name": "New", "cu_param1": "2"}),
    ],
)
def test_what_has_moved_since_is_refused_as_ever(half: Workspace, row: str, columns: dict[str, str]) -> None:
    half.pbx.change(row, **columns)
    ran = resume(half)
    assert ran.status == 1
    assert f"DEMO: destination {row}: " in ran.err
    assert "stale" in ran.err
    assert not half.sent


@pytest.mark.parametrize("number", ["100", "101"])
def test_an_add_that_is_there_twice_or_with_other_values_is_refused(half: Workspace, number: str) -> None:
    params = {"cu_param1": number, "cu_param2": "INCOMINGDID", "cu_param3": "30"}
    for _ in range(2 if number == "100" else 1):
        half.pbx.put("DEMO", cu_name="Night", cu_ct_id=1, **params)
    ran = resume(half)
    assert ran.status == 1
    assert '"Night" was not live when this was planned, and is live now as' in ran.err
    assert not half.sent


def test_what_is_left_must_still_be_what_the_files_ask_for(half: Workspace) -> None:
    half.tenant(
        "DEMO", {"name": "A", "params": ["2"]}, {"name": "B", "params": ["9"]}, forward("Night"), forward("Day")
    )
    ran = resume(half)
    assert ran.status == 1
    assert 'tenants/DEMO.yaml:6 says "9", the plan would write "2": plan again' in ran.err
    assert not half.sent


def test_without_resume_a_plan_that_is_done_in_part_is_stale(half: Workspace) -> None:
    ran = half.run("apply", "change.plan", *QUICK)
    assert ran.status == 1
    assert "stale" in ran.err
    assert not half.sent


def test_a_journal_of_another_plan_or_another_pbx_is_refused_before_any_request(half: Workspace) -> None:
    half.save(name="other.plan")
    half.pbx.clear_log()
    ran = half.run("apply", "other.plan", "--resume", "run.jsonl")
    assert ran.status == 1
    assert ran.err == (
        "error: the journal run.jsonl is not of this plan: nothing was written. Give --resume the journal of the apply that"
        " did not finish, and the same plans\n"
    )
    content = (half.folder / "run.jsonl").read_text().replace(half.pbx.url, "https://other.example/proxyapi.php")
    half.write("other.jsonl", content)
    ran = resume(half, journal="other.jsonl")
    assert ran.status == 1
    assert 'the journal other.jsonl is for "https://other.example/proxyapi.php", the plan for' in ran.err
    assert not half.asked


def test_resume_is_for_saved_plans(half: Workspace) -> None:
    ran = half.run("apply", "--auto-approve", "--resume", "run.jsonl")
    assert (ran.status, half.asked) == (1, [])
    assert "are for saved plans: name one" in ran.err


@pytest.mark.parametrize("by", ["journal", "pbx"])
def test_sensitive_params_that_are_done_are_known_by_their_fingerprints(
    workspace: Workspace, bot: str, by: str
) -> None:
    plan = workspace.save()
    workspace.pbx.faults.add("too-bad action=add")
    assert workspace.run("apply", plan, *QUICK, "--journal", "run.jsonl").status == 1
    workspace.pbx.faults.clear()
    if by == "pbx":
        run_line = (workspace.folder / "run.jsonl").read_text().splitlines(keepends=True)[0]
        workspace.write("run.jsonl", run_line)
    ran = workspace.run("apply", plan, "--resume", "run.jsonl", *QUICK)
    assert ran.status == 0, ran.text
    assert "1 of them was done before this run" in ran.out
    assert [row["cu_param2"] for row in workspace.pbx.rows("DEMO")] == [NEW, FROM_FILE]
    del bot


def test_an_add_that_the_journal_shows_is_not_looked_for_and_the_other_one_is_sent(workspace: Workspace) -> None:
    workspace.tenant("DEMO", forward("Night"), forward("Day"))
    plan = workspace.save()
    workspace.pbx.faults.add("too-bad action=add n=2")
    assert workspace.run("apply", plan, *QUICK, "--journal", "run.jsonl").status == 1
    workspace.pbx.faults.clear()
    (night,) = workspace.pbx.rows("DEMO")
    ran = workspace.run("-v", "apply", plan, "--resume", "run.jsonl", *QUICK)
    assert ran.status == 0, ran.text
    assert f'added: DEMO "{night["cu_name"]}" (id {night["cu_id"]})' in ran.out
    assert {row["cu_name"] for row in workspace.pbx.rows("DEMO")} == {"Night", "Day"}
    assert len(workspace.commits) == 2


def test_a_param_that_is_cleared_already_is_done(workspace: Workspace) -> None:
    boss = workspace.pbx.put("DEMO", cu_name="Boss", cu_param1="1", cu_param7="7")
    workspace.tenant("DEMO", {"name": "Boss", "params": {"7": ""}}, forward("Night"))
    plan = workspace.save()
    workspace.pbx.faults.add("too-bad action=update")
    assert workspace.run("apply", plan, *QUICK, "--journal", "run.jsonl").status == 1
    workspace.pbx.faults.clear()
    workspace.pbx.change(boss, cu_param7="")
    ran = workspace.run("apply", plan, "--resume", "run.jsonl", *QUICK)
    assert ran.status == 0, ran.text
    assert "1 of them was done before this run" in ran.out or "2 of them were done before this run" in ran.out


@pytest.mark.parametrize(
    ("old_type", "project"), [(5, "types: {}\n"), (5, PROJECT), (77, "types: {}\n"), (77, PROJECT)]
)
def test_a_type_change_that_is_done_is_recognised(workspace: Workspace, old_type: int, project: str) -> None:
    workspace.write("pbxsync.yaml", project)
    boss = workspace.pbx.put("DEMO", cu_name="Boss", cu_ct_id=old_type, cu_param1="1", cu_param2="2")
    workspace.tenant("DEMO", {"name": "Boss", "type": "FORWARD"}, forward("Night"))
    plan = workspace.save()
    workspace.pbx.faults.add("too-bad action=update")
    assert workspace.run("apply", plan, *QUICK, "--journal", "run.jsonl").status == 1
    workspace.pbx.faults.clear()
    workspace.pbx.change(boss, cu_ct_id="1")
    ran = workspace.run("apply", plan, "--resume", "run.jsonl", *QUICK)
    assert ran.status == 0, ran.text
    assert "1 of them was done before this run" in ran.out


@pytest.mark.timeout(0 if UPDATES > 400 else 120)
def test_updates_in_four_plans_are_finished_after_a_kill_at_a_fifth(workspace: Workspace) -> None:
    plans, updates = fleet(workspace, UPDATES), UPDATES
    words: list[str | Path] = [COMMAND, "apply", *plans, "--journal", "run.jsonl"]
    process = subprocess.Popen(words, cwd=workspace.folder, env=workspace.environ, stdout=subprocess.DEVNULL)
    journal, enough = workspace.folder / "run.jsonl", updates // 5
    while process.poll() is None and (not journal.exists() or journal.read_bytes().count(b'"kind": "after"') < enough):
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    time.sleep(1)  # the PBX still answers the requests that were in flight
    killed_after = len(workspace.commits)
    assert enough <= killed_after < updates
    refused = workspace.process("apply", *plans, timeout=300)
    assert refused.status == 1
    assert "stale" in refused.err
    assert len(workspace.commits) == killed_after

    ran = workspace.process("apply", *plans, "--resume", "run.jsonl", timeout=300)

    assert ran.status == 0, ran.text[-2000:]
    assert (
        f"Apply complete: 0 added, {updates:,} changed. {killed_after:,} of them were done before this run." in ran.out
    )
    assert len(workspace.commits) == updates, "nothing was written twice"
    again = workspace.process("apply", *plans, "--resume", "run.jsonl", timeout=300)
    assert again.status == 0
    assert len(workspace.commits) == updates


def fleet(workspace: Workspace, updates: int) -> list[Path]:
    """Forty tenants with as many updates each, planned in four shards."""
    names = [f"Desk {number:02}" for number in range(updates // 40)]
    for number in range(40):
        for name in names:
            workspace.pbx.put(f"T{number:02}", cu_name=name, cu_param1="1")
        workspace.tenant(f"T{number:02}", *({"name": name, "params": ["2"]} for name in names))
    return [workspace.save("--shard", f"{number}/4", name=f"{number}.plan") for number in range(1, 5)]
