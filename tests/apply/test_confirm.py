"""What somebody is asked before an apply, and what happens if nobody reads the plan or the report."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.command import COMMAND

if TYPE_CHECKING:
    from tests.support.workspace import Workspace


@pytest.fixture
def mixed(workspace: Workspace) -> Workspace:
    """Two tenants with two updates and one add between them."""
    for tenant in ("ONE", "TWO"):
        workspace.pbx.put(tenant, cu_name="Desk", cu_param1="old")
        workspace.tenant(tenant, {"name": "Desk", "params": ["new"]})
    workspace.tenant("TWO", {"name": "Desk", "params": ["new"]}, {"name": "Night", "type": "FORWARD"})
    return workspace


def question(ran_err: str) -> list[str]:
    return ran_err[: ran_err.index("Only 'yes' is accepted: ") + 23].strip().splitlines()


def test_the_prompt_says_how_much_it_writes_where_and_that_adds_are_permanent(mixed: Workspace) -> None:
    ran = mixed.run("apply", answer="no\n")
    lines = question(ran.err)
    assert lines == [
        "Apply 1 add and 2 updates (2 groups of equal ones) in 2 tenants to",
        f"{mixed.pbx.url}?",
        "The add is permanent: no revert removes it.",
        "Only 'yes' is accepted:",
    ]
    assert max(map(len, lines)) <= 80
    assert ran.err.endswith("error: not approved: nothing was written\n")
    assert (ran.status, mixed.sent) == (1, [])


def test_the_prompt_says_nothing_of_adds_if_there_are_none(mixed: Workspace) -> None:
    ran = mixed.run("apply", "--tenant", "ONE", answer="yes\n")
    assert question(ran.err) == [
        "Apply 1 update in 1 tenant to",
        f"{mixed.pbx.url}?",
        "Only 'yes' is accepted:",
    ]
    assert (ran.status, len(mixed.sent)) == (0, 1)


def test_the_prompt_warns_if_much_of_what_is_live_changes(workspace: Workspace) -> None:
    for number in range(24):
        workspace.pbx.put("ONE", cu_name=f"Desk {number}", cu_param1="old")
    desks = [{"name": f"Desk {number}", "params": ["new"]} for number in range(24)]
    workspace.tenant("ONE", *desks, {"name": "Night", "type": "FORWARD"}, {"name": "Day", "type": "FORWARD"})
    lines = question(workspace.run("apply", answer="no\n").err)
    assert lines == [
        "Apply 2 adds and 24 updates (2 groups of equal ones) in 1 tenant to",
        f"{workspace.pbx.url}?",
        "! 24 of 24 live destinations change (100%).",
        "! Over half of the live destinations change in 1 tenant: ONE (24 of 24).",
        "The 2 adds are permanent: no revert removes them.",
        "Only 'yes' is accepted:",
    ]


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("saved", [False, True])
def test_a_plan_that_nobody_reads_is_not_applied(mixed: Workspace, unbuffered: str, *, saved: bool) -> None:
    words = ["apply", mixed.save()] if saved else ["apply", "--auto-approve"]
    reading, writing = os.pipe()
    os.close(reading)
    environ = {**mixed.environ, "PYTHONUNBUFFERED": unbuffered}
    ended = subprocess.run(
        [COMMAND, *words], cwd=mixed.folder, env=environ, stdout=writing, stderr=-1, text=True, check=False
    )
    os.close(writing)
    assert ended.stderr == (
        "error: standard output was closed before the whole plan was read: nothing was written to the PBX\n"
    )
    assert (ended.returncode, mixed.sent) == (1, [])


def test_a_report_that_nobody_reads_is_an_error_that_names_the_journal(mixed: Workspace) -> None:
    mixed.pbx.faults.add("latency=1s method=POST")
    process = mixed.start("apply", "--auto-approve", "--journal", "run.jsonl")
    assert process.stdout is not None
    assert process.stderr is not None
    while not process.stdout.readline().startswith("Plan: "):
        pass
    process.stdout.close()
    assert process.wait(30) == 1
    assert process.stderr.read() == (
        "error: standard output was closed before the report was read; the journal run.jsonl has every outcome\n"
    )
    process.stderr.close()
    assert len(mixed.commits) == 3


def test_a_verbose_plan_is_saved_with_the_unmanaged_rows_that_it_shows(mixed: Workspace) -> None:
    mixed.pbx.put("ONE", cu_name="Old fax", cu_ct_id=1)
    shown = json.loads(mixed.run("-v", "plan", "--format", "json", "--out", "change.plan").out)
    assert json.loads((mixed.folder / "change.plan").read_text()) == shown
    assert shown["tenants"][0]["unmanaged"] == [{"id": "3", "name": "Old fax", "type": "FORWARD"}]
    assert mixed.run("apply", "change.plan").status == 0
