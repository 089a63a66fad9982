"""The recipes for GitHub: every line of them is run, from the pull request to the apply, against an emulated PBX."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.emulator import Emulator
from tests.examples.actions import Run, Service, workflow
from tests.examples.reseller import READ, SECRET, WRITE, reseller
from tests.examples.running import BIN
from tests.support.command import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RECIPES = sorted((ROOT / "examples" / "ci" / "github").glob("*.yml"))


@pytest.fixture
def pbx() -> Iterator[Emulator]:
    with Emulator(read_key=READ, write_key=WRITE) as running:
        yield running


@pytest.fixture
def service(tmp_path: Path, pbx: Emulator) -> Service:
    keys = {"PBXSYNC_READ_KEY": READ, "PBXSYNC_WRITE_KEY": WRITE, "AI_API_KEY": SECRET}
    return Service(tmp_path / "github", reseller(tmp_path, pbx.url), keys)


def pull_request(service: Service, recipe: str, head: str = "cafe") -> Run:
    """Open the pull request, or push another commit to it."""
    pull = {"number": 7, "head": {"sha": head, "repo": {"full_name": "acme/pbx"}}}
    event = {"event_name": "pull_request", "ref": "refs/pull/7/merge", "sha": "beef", "event": {"pull_request": pull}}
    run = Run(service, workflow(recipe), event)
    run.all()
    return run


def merge(service: Service, recipe: str, planned: Run | None, head: str = "cafe") -> Run:
    """Merge it; `planned` is the run that planned it."""
    runs = "repos/acme/pbx/actions/workflows/pbxsync.yml/runs"
    service.write(
        "answers",
        {
            "repos/acme/pbx/commits/f00d/pulls": [{"head": {"sha": head}}] if planned else [],
            f"{runs}?head_sha={head if planned else ''}&event=pull_request&status=success": {
                "workflow_runs": [{"id": int(planned.id)}] if planned else []
            },
        },
    )
    run = Run(service, workflow(recipe), {"event_name": "push", "ref": "refs/heads/main", "sha": "f00d"})
    run.all()
    return run


def by_hand(service: Service, recipe: str) -> Run:
    run = Run(service, workflow(recipe), {"event_name": "workflow_dispatch", "ref": "refs/heads/main", "sha": "f00d"})
    run.all()
    return run


def drift(service: Service) -> Any:
    return by_hand(service, "drift.yml").jobs["drift"]


def writes(pbx: Emulator) -> int:
    return sum(request.committed for request in pbx.log)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_a_recipe_is_a_workflow(recipe: Path) -> None:
    checked = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", recipe],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_what_others_wrote_is_never_put_into_a_script(recipe: Path) -> None:
    scripts = [step["run"] for job in workflow(recipe.name)["jobs"].values() for step in job["steps"] if "run" in step]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.name)
def test_actions_are_pinned_and_permissions_are_few(recipe: Path) -> None:
    tree = workflow(recipe.name)
    used = [step["uses"] for job in tree["jobs"].values() for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", each) for each in used)
    assert tree["permissions"] == {"contents": "read"}
    assert all(
        "write" not in job.get("permissions", {}).values() for job in tree["jobs"].values() if "environment" in job
    )


@pytest.mark.parametrize("recipe", ["pbxsync.yml", "fleet.yml"])
def test_what_was_reviewed_is_what_is_applied(recipe: str, service: Service, pbx: Emulator) -> None:
    planned = pull_request(service, recipe)
    assert {name: job.result for name, job in planned.jobs.items() if name != "apply"} == {
        name: "success" for name in planned.jobs if name != "apply"
    }, planned.jobs
    assert planned.jobs["apply"].result == "skipped"
    (comment,) = service.comments
    assert comment.startswith("<!-- pbxsync-plan -->\n")
    assert "**Plan: 3 to add, 5 to change.**" in comment
    assert {request.key_kind for request in pbx.log} == {"read"}

    merged = merge(service, recipe, planned)
    ended = {name: job.result for name, job in merged.jobs.items() if job.result != "skipped"}
    assert ended == {"apply": "success"}, merged.jobs["apply"].log
    assert "Apply complete: 3 added, 5 changed." in merged.jobs["apply"].log
    assert len(list((service.state / "artifacts" / merged.id / "pbxsync-journal-f00d").iterdir())) == 1
    assert drift(service).result == "success"


def test_a_new_commit_changes_the_comment_in_place(service: Service) -> None:
    pull_request(service, "pbxsync.yml")
    service.write("comments", [{"id": 1, "body": "Looks good"}, {"id": 2, "body": service.comments[0]}])
    file = service.repository / "tenants" / "hansen.yaml"
    file.write_text(file.read_text().replace("+4570990400", "+4570990499"))
    pull_request(service, "pbxsync.yml", "cafe2")
    first, second = service.comments
    assert first == "Looks good"
    assert "+4570990499" in second


def test_no_job_of_a_pull_request_sees_the_write_key_and_nothing_shows_a_secret(service: Service) -> None:
    planned = pull_request(service, "pbxsync.yml")
    merged = merge(service, "pbxsync.yml", planned)
    assert all(WRITE not in each.values() for each in planned.jobs["plan"].environments)
    assert any(WRITE in each.values() for each in merged.jobs["apply"].environments)
    shown = "".join(job.log + job.summary for run in (planned, merged) for job in run.jobs.values())
    kept = [file.read_text() for file in service.state.rglob("*") if file.is_file()]
    for secret in (READ, WRITE, SECRET):
        assert secret not in shown
        assert all(secret not in text for text in kept)


def test_a_plan_that_went_stale_is_refused_and_one_made_by_hand_is_applied(service: Service, pbx: Emulator) -> None:
    planned = pull_request(service, "pbxsync.yml")
    pbx.change(401, cu_param1="+4520990477")
    before = writes(pbx)
    refused = merge(service, "pbxsync.yml", planned).jobs["apply"]
    assert refused.result == "failure"
    assert "the saved plan is stale, so nothing of it was written" in refused.log
    assert writes(pbx) == before
    again = by_hand(service, "pbxsync.yml")
    assert {name: job.result for name, job in again.jobs.items()} == {"plan": "success", "apply": "success"}
    assert len(service.comments) == 1
    assert drift(service).result == "success"


def test_a_commit_without_a_pull_request_applies_nothing(service: Service, pbx: Emulator) -> None:
    job = merge(service, "pbxsync.yml", None).jobs["apply"]
    assert job.result == "failure"
    assert "no pull request has a plan of this commit" in job.log
    assert pbx.log == []


@pytest.mark.parametrize(("recipe", "log"), [("pbxsync.yml", "log of the job"), ("fleet.yml", "logs of its parts")])
def test_where_there_is_no_plan_the_comment_says_so(recipe: str, log: str, service: Service, pbx: Emulator) -> None:
    pull_request(service, recipe)
    pbx.faults.add("status-500 action=list tenant=NORDLYS")
    project = service.repository / "pbxsync.yaml"
    project.write_text(project.read_text() + "retries: 1\n")
    failed = pull_request(service, recipe, "cafe2")
    assert failed.jobs["plan"].result == "failure"
    (comment,) = service.comments
    assert "cannot be applied" in comment or f"There is no plan: see the {log}" in comment
    assert not list((service.state / "artifacts" / failed.id).glob("pbxsync-plan-cafe2"))


def test_a_mistake_in_a_file_is_shown_on_its_line(service: Service) -> None:
    (service.repository / "tenants" / "hansen.yaml").write_text("tenant: HANSEN\ndestinatons: []\n")
    failed = pull_request(service, "pbxsync.yml").jobs["plan"]
    assert failed.result == "failure"
    assert "::error file=tenants/hansen.yaml,line=2" in failed.log
    assert "There is no plan: see the log of the job." in service.comments[0]


def test_the_nightly_job_tells_drift_from_not_knowing(service: Service, pbx: Emulator) -> None:
    differing = drift(service)
    assert differing.result == "failure"
    assert "::error::files and PBX differ" in differing.log
    assert "**Plan: 3 to add, 5 to change.**" in differing.summary
    pbx.revoke(READ)
    unknown = drift(service)
    assert unknown.result == "failure"
    assert "::error::the comparison failed" in unknown.log
