"""`apply --format json|markdown`: standard output has the result alone, however the run ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command import COMMAND
from tests.support.repo import Repo
from tests.support.tenantfile import forward
from tests.support.waiting import until
from tests.support.workspace import QUICK

if TYPE_CHECKING:
    from tests.support.command import Ran
    from tests.support.workspace import Workspace

MARKDOWN = ("--format", "markdown")
JSON = ("--format", "json")


@pytest.fixture
def desks(workspace: Workspace) -> Workspace:
    """Two updates and an add in two tenants."""
    for tenant in ("ONE", "TWO"):
        workspace.pbx.put(tenant, cu_name="Desk", cu_param1="old")
    workspace.tenant("ONE", {"name": "Desk", "params": ["new"]})
    workspace.tenant("TWO", {"name": "Desk", "params": ["new"]}, forward("Night"))
    return workspace


def statuses(ran: Ran) -> dict[tuple[str, str], str]:
    document = json.loads(ran.out)
    return {
        (row["tenant"], change["name"]): change["status"] for row in document["tenants"] for change in row["changes"]
    }


@pytest.mark.parametrize("saved", [False, True])
def test_the_document_is_all_of_standard_output(desks: Workspace, saved: bool) -> None:
    words = [desks.save()] if saved else ["--auto-approve"]
    ran = desks.run("apply", *words, *JSON)
    document = json.loads(ran.out)
    assert ran.status == 0
    assert {key: document[key] for key in ("result_version", "url", "outcome", "message", "verified", "git")} == {
        "result_version": "1.0",
        "url": desks.pbx.url,
        "outcome": "complete",
        "message": None,
        "verified": None,
        "git": None,
    }
    assert document["scope"]["files"].startswith("sha256:")
    assert document["summary"] == {
        "changes": 3,
        "added": 1,
        "updated": 2,
        "done": 3,
        "found_done": 0,
        "failed": 0,
        "unknown": 0,
        "not_sent": 0,
        "declined": 0,
        "done_before": 0,
    }
    assert [row["tenant"] for row in document["tenants"]] == ["ONE", "TWO"]
    assert document["tenants"][1]["changes"][1] == {
        "action": "add",
        "id": "3",
        "name": "Night",
        "source": "tenants/TWO.yaml:5",
        "status": "done",
        "message": "",
        "mismatches": [],
    }
    assert (desks.folder / document["journal"]).exists()
    assert "Plan: 1 to add, 2 to change." in ran.err, "the plan is still shown to who watches"


def test_the_document_says_of_which_commit_the_files_are(desks: Workspace) -> None:
    repo = Repo(desks.folder)
    commit = repo.commit()
    document = json.loads(desks.run("apply", "--auto-approve", *JSON).out)
    assert (document["git"]["commit"], document["git"]["clean"]) == (commit, True)


def test_the_comment_is_all_of_standard_output(desks: Workspace) -> None:
    ran = desks.run("apply", desks.save(), *MARKDOWN, "--marker", "sites/eu")
    assert ran.status == 0
    assert ran.out.startswith("<!-- pbxsync-apply sites-eu -->\n### pbxsync apply\n")
    assert "**Apply complete: 1 added, 2 changed.**" in ran.out
    assert "+ TWO: Desk, Night (id 3)\n" in ran.out


def test_quiet_leaves_the_result_alone(desks: Workspace) -> None:
    ran = desks.run("-q", "apply", "--auto-approve", *JSON)
    assert (ran.status, ran.err) == (0, "")
    assert json.loads(ran.out)["outcome"] == "complete"


def test_who_is_asked_sees_the_plan_even_with_quiet(desks: Workspace) -> None:
    ran = desks.run("-q", "apply", *JSON, answer="yes\n")
    assert ran.err.index("Plan: 1 to add, 2 to change.") < ran.err.index("Only 'yes' is accepted: ")
    assert json.loads(ran.out)["outcome"] == "complete"


def test_a_failure_is_in_the_result_with_what_was_stored(desks: Workspace) -> None:
    desks.pbx.faults.add("too-bad action=add")
    ran = desks.run("apply", "--auto-approve", *QUICK, *JSON)
    document = json.loads(ran.out)
    assert (ran.status, document["outcome"]) == (1, "failed")
    assert statuses(ran) == {("ONE", "Desk"): "done", ("TWO", "Desk"): "done", ("TWO", "Night"): "failed"}
    assert document["tenants"][1]["changes"][1]["message"]


def test_a_resumed_run_has_every_change_of_the_plan(desks: Workspace) -> None:
    plan = desks.save()
    desks.pbx.faults.add("too-bad action=add")
    assert desks.run("apply", plan, *QUICK, "--journal", "one.jsonl", *JSON).status == 1
    desks.pbx.faults.clear()
    ran = desks.run("apply", plan, "--resume", "one.jsonl", "--journal", "two.jsonl", *JSON)
    document = json.loads(ran.out)
    assert (ran.status, document["outcome"], document["summary"]["done_before"]) == (0, "complete", 2)
    assert set(statuses(ran).values()) == {"done"}
    again = desks.run("apply", plan, "--resume", "two.jsonl", *MARKDOWN)
    assert again.status == 0
    assert "3 of them were done before this run" in again.out


def test_an_interrupted_run_has_a_result(desks: Workspace) -> None:
    desks.pbx.faults.add("latency=1s method=POST")
    process = desks.start("apply", "--auto-approve", "--parallel", "1", *JSON)
    until(lambda: bool(desks.sent))
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    document = json.loads(out)
    assert (process.returncode, document["outcome"]) == (130, "interrupted")
    assert document["summary"]["not_sent"] >= 1
    assert document["summary"]["done"] >= 1


def test_verified_is_part_of_the_one_document(desks: Workspace) -> None:
    document = json.loads(desks.run("apply", desks.save(), "--verify", *JSON).out)
    assert document["verified"] == {
        "good": True,
        "message": "",
        "tenants": 2,
        "left": {"add": 0, "update": 0, "failed": 0},
    }


def test_what_verify_still_finds_is_in_the_result(desks: Workspace) -> None:
    plan = desks.save()
    desks.tenant("ONE", {"name": "Desk", "params": ["new"]}, forward("Day"))
    ran = desks.run("apply", plan, "--verify", *MARKDOWN)
    assert ran.status == 1
    assert "**Not verified:** the PBX still differs from the files: 1 to add." in ran.out
    assert "! ONE: Day\n" in ran.out
    assert ran.err.splitlines()[-1] == (
        "error: the changes are applied, but --verify failed: the PBX still differs from the files, as the plan above shows"
    )
    assert '+ "Day"' in ran.err


def test_a_verify_that_cannot_read_leaves_the_result_whole(desks: Workspace) -> None:
    plan = desks.save("--tenant", "ONE")
    desks.pbx.faults.add("status-500 action=list")
    ran = desks.run("apply", plan, "--verify", *QUICK, *JSON)
    document = json.loads(ran.out)
    assert (ran.status, document["outcome"], document["summary"]["done"]) == (1, "complete", 1)
    assert document["verified"] == {
        "good": False,
        "message": "",
        "tenants": 1,
        "left": {"add": 0, "update": 0, "failed": 1},
    }


def test_a_verify_that_is_interrupted_leaves_the_result_whole(desks: Workspace) -> None:
    plan = desks.save("--tenant", "ONE")
    desks.pbx.faults.add("latency=5s action=list")
    process = desks.start("apply", plan, "--verify", *JSON)
    until(lambda: any(request.action == "LIST" for request in desks.pbx.log[-1:]))
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    document = json.loads(out)
    assert (process.returncode, document["outcome"]) == (130, "complete")
    assert document["verified"] == {"good": False, "message": "interrupted", "tenants": 0, "left": None}


@pytest.mark.parametrize("fmt", [JSON, MARKDOWN])
def test_nothing_to_do_is_a_result_too(desks: Workspace, fmt: tuple[str, str]) -> None:
    assert desks.apply().status == 0
    ran = desks.run("apply", "--auto-approve", *fmt)
    assert ran.status == 0
    if fmt == JSON:
        assert json.loads(ran.out)["summary"]["changes"] == 0
    else:
        assert "**Nothing to apply: the plan has no changes.**" in ran.out


def refused(ran: Ran, reason: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(ran.out)
    assert (ran.status, document["outcome"]) == (1, "refused")
    assert reason in document["message"]
    assert reason in ran.err
    assert set(statuses(ran).values()) == {"not sent"}
    assert document["summary"]["not_sent"] == document["summary"]["changes"] == 3
    return document


def test_a_stale_plan_is_a_result_in_which_nothing_was_sent(desks: Workspace) -> None:
    plan = desks.save()
    desks.pbx.change("1", cu_param1="by hand")
    refused(desks.run("apply", plan, *JSON), "plan again")
    assert not desks.sent


def test_whoever_says_no_gets_a_result_in_which_nothing_was_sent(desks: Workspace) -> None:
    refused(desks.run("apply", *JSON, answer="no\n"), "not approved: nothing was written")
    assert not desks.sent


def test_a_plan_over_the_limit_is_a_result_in_which_nothing_was_sent(desks: Workspace) -> None:
    refused(desks.run("apply", "--auto-approve", "--max-changes", "2", *JSON), "the limit is 2")
    ran = desks.run("apply", "--auto-approve", "--max-changes", "2", *MARKDOWN)
    assert "**Apply refused: nothing was written.** 3 changes not sent." in ran.out


def test_a_journal_that_exists_refuses_a_saved_plan_with_a_result(desks: Workspace) -> None:
    desks.write("run.jsonl", "")
    refused(desks.run("apply", desks.save(), "--journal", "run.jsonl", *JSON), "run.jsonl")


def test_a_run_whose_plan_is_unknown_writes_nothing_to_standard_output(desks: Workspace) -> None:
    ran = desks.run("apply", "no.plan", *JSON)
    assert (ran.status, ran.out) == (1, "")
    desks.write("tenants/ONE.yaml", "nonsense: 1\n")
    ran = desks.run("apply", "--auto-approve", *MARKDOWN)
    assert (ran.status, ran.out) == (1, "")


def test_an_unknown_format_is_refused_before_any_request(desks: Workspace) -> None:
    ran = desks.run("apply", "--auto-approve", "--format", "markdwon")
    assert ran.status == 1
    assert "unknown format 'markdwon' (did you mean markdown?). Formats: text, json, markdown" in ran.err
    assert not desks.asked


def test_a_result_that_nobody_reads_is_an_error_that_names_the_journal(desks: Workspace) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [COMMAND, "-q", "apply", "--auto-approve", "--journal", "run.jsonl", *JSON],
        cwd=desks.folder,
        env=desks.environ,
        stdout=writing,
        stderr=-1,
        text=True,
        check=False,
    )
    os.close(writing)
    assert ended.returncode == 1
    assert ended.stderr == (
        "error: standard output was closed before the report was read; the journal run.jsonl has every outcome\n"
    )
    assert len(desks.commits) == 3
