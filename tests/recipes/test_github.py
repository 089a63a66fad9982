"""The recipes for GitHub, from the pull request to the apply, against an emulated PBX."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.examples.reseller import READ, SECRET, WRITE, reseller
from tests.recipes.github import PROJECTS, TOKEN, GitHub, Run

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.emulator import Emulator

pytestmark = pytest.mark.timeout(300)  # several runs each, of several jobs each
FOUR_SHARDS = (("SHARDS: 1\n", "SHARDS: 4\n"), ("shard: [1]", "shard: [1, 2, 3, 4]"))


@pytest.fixture
def github(tmp_path: Path, tools: Path, pbx: Emulator) -> GitHub:
    """A repository whose branch `change` adds all tenants."""
    github = GitHub(tmp_path / "github", tools / "act", pbx.url)
    folder = reseller(tmp_path, pbx.url)
    shutil.copy(folder / "pbxsync.yaml", github.repo.path)
    for name in ("pbxsync.yml", "drift.yml"):
        github.add_recipe(name)
    github.push("main", "Set up")
    shutil.copytree(folder / "tenants", github.repo.path / "tenants")
    github.push("change")
    return github


def writes(pbx: Emulator) -> int:
    return sum(request.committed for request in pbx.log)


def drift(github: GitHub) -> Run:
    return github.main("workflow_dispatch", "drift.yml")


def use_recipe(github: GitHub, *changes: tuple[str, str]) -> None:
    """Change the recipe on main and on the branch."""
    github.repo.git("switch", "-q", "main")
    github.add_recipe("pbxsync.yml", *changes)
    github.push("main")
    github.repo.git("switch", "-q", "change")
    github.repo.git("merge", "-q", "main", "-m", "Update")
    github.push("change")


def edit(github: GitHub, tenant: str, old: str, new: str) -> None:
    file = github.repo.path / "tenants" / f"{tenant}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    github.push("change")


@pytest.mark.parametrize("changes", [(), FOUR_SHARDS], ids=["one runner", "four"])
def test_what_was_reviewed_is_what_is_applied(
    changes: tuple[tuple[str, str], ...], github: GitHub, pbx: Emulator
) -> None:
    use_recipe(github, *changes)
    planned = github.pull_request(7, "change")
    assert planned.jobs == {"validate": "success", "plan": "success", "show": "success"}, planned.logs
    (comment,) = github.comments()
    assert comment.startswith("<!-- pbxsync-plan of pbx -->\n")
    assert "**Plan: 3 to add, 5 to change.**" in comment
    assert planned.summaries["show"] == comment
    head = github.repo.git("rev-parse", "change")
    shards = 4 if changes else 1
    plans = github.artifact(planned, f"pbxsync-plan-7-{head}-pbx")
    assert sorted(plans) == [f"{shard}.plan" for shard in range(1, shards + 1)]
    assert "<html" in github.artifact(planned, f"pbxsync-plan-7-{head}-pbx-html")["plan.html"]
    assert {request.key_kind for request in pbx.log} == {"read"}

    applied = github.merged()
    assert applied.jobs == {"find": "success", "apply": "success", "result": "success"}, applied.logs
    assert "Apply complete: 3 added, 5 changed." in applied.logs["apply"]
    assert "Verified: the PBX matches the files of 3 tenants." in applied.logs["apply"]
    _, result = github.comments()
    assert result.startswith("<!-- pbxsync-apply pbx -->\n")
    assert "**Apply complete: 3 added, 5 changed.**" in result
    commit = github.read("pulls")[0]["merge_commit_sha"]
    (journal,) = github.artifact(applied, f"pbxsync-journal-{commit}-pbx-1").values()
    first = json.loads(journal.splitlines()[0])
    assert (first["commit"], first["pull_request"]) == (commit, "7")
    assert drift(github).jobs == {"drift": "success"}


def test_a_new_commit_changes_the_comment_in_place(github: GitHub) -> None:
    github.pull_request(7, "change")
    looks_good = {"id": 0, "user": {"login": "colleague"}, "body": "Looks good"}
    github.write("comments", {"7": [looks_good, *github.read("comments")["7"]]})
    edit(github, "hansen", "+4570990400", "+4570990499")
    github.pull_request(7, "change")
    first, second = github.comments()
    assert first == "Looks good"
    assert "+4570990499" in second


def test_nothing_shows_a_secret(github: GitHub) -> None:
    runs = [github.pull_request(7, "change"), github.merged()]
    shown = "".join(text for run in runs for text in (*run.logs.values(), *run.summaries.values()))
    kept = "".join(file.read_text(encoding="utf-8") for file in github.state.glob("*.json"))
    kept += "".join(file.read_text("utf-8") for file in (github.state / "artifacts").rglob("*") if file.is_file())
    assert "Svarer" in shown
    assert "Svarer" in kept
    for secret in (READ, WRITE, SECRET, TOKEN):
        assert secret not in shown
        assert secret not in kept


def test_a_plan_that_went_stale_is_refused_and_one_made_by_hand_is_applied(github: GitHub, pbx: Emulator) -> None:
    github.pull_request(7, "change")
    pbx.change(401, cu_param1="+4520990477")
    before = writes(pbx)
    refused = github.merged()
    assert refused.jobs == {"find": "success", "apply": "failure", "result": "success"}
    assert "the saved plan is stale, so nothing of it was written" in refused.logs["apply"]
    assert "**Apply refused: nothing was written.** 8 changes not sent." in github.comments()[-1]
    assert writes(pbx) == before
    again = github.main("workflow_dispatch")
    assert again.jobs == {"plan": "success", "show": "success", "find": "success", "apply": "success"}, again.logs
    assert len(github.comments()) == 2
    assert drift(github).jobs == {"drift": "success"}


def test_a_commit_without_a_pull_request_applies_nothing(github: GitHub, pbx: Emulator) -> None:
    run = github.main()
    assert run.jobs == {"find": "failure"}
    assert "this commit is not the merge of a pull request, so it has no plan" in run.logs["find"]
    assert pbx.log == []


@pytest.mark.parametrize("changes", [(), FOUR_SHARDS], ids=["one runner", "four"])
def test_if_there_is_no_plan_the_comment_says_so(
    changes: tuple[tuple[str, str], ...], github: GitHub, pbx: Emulator
) -> None:
    use_recipe(github, *changes)
    pbx.faults.add("status-500 action=list tenant=NORDLYS")
    project = github.repo.path / "pbxsync.yaml"
    project.write_text(project.read_text(encoding="utf-8") + "retries: 1\n", encoding="utf-8")
    head = github.push("change")
    failed = github.pull_request(7, "change")
    assert failed.jobs == {"validate": "success", "plan": "failure", "show": "failure"}
    (comment,) = github.comments()
    assert "There is no plan: see the logs of the jobs." in comment
    assert github.artifact(failed, f"pbxsync-plan-7-{head}-pbx") == {}
    refused = github.merged()
    assert refused.jobs == {"find": "failure"}
    assert "pull request 7 has no plan of its last commit into main" in refused.logs["find"]
    assert writes(pbx) == 0


def test_a_mistake_in_a_file_is_shown_on_its_line(github: GitHub) -> None:
    (github.repo.path / "tenants" / "hansen.yaml").write_text("tenant: HANSEN\ndestinatons: []\n")
    github.push("change")
    failed = github.pull_request(7, "change")
    assert failed.jobs["validate"] == "failure"
    assert "::error file=tenants/hansen.yaml,line=2" in failed.logs["validate"]
    assert "There is no plan: see the logs of the jobs." in github.comments()[0]


def test_the_nightly_job_tells_drift_from_not_knowing(github: GitHub, pbx: Emulator) -> None:
    github.pull_request(7, "change")
    github.merge(7)
    differing = drift(github)
    assert differing.jobs == {"drift": "failure"}
    assert "::error::files and PBX differ" in differing.logs["drift"]
    assert "**Plan: 3 to add, 5 to change.**" in differing.summaries["drift"]
    pbx.revoke(READ)
    unknown = drift(github)
    assert unknown.jobs == {"drift": "failure"}
    assert "::error::the comparison failed" in unknown.logs["drift"]


def test_a_plan_without_changes_asks_for_no_approval(github: GitHub, pbx: Emulator) -> None:
    github.pull_request(7, "change")
    assert github.merged().jobs["apply"] == "success"
    before = len(pbx.log)
    github.repo.git("merge", "-q", "origin/main")
    edit(github, "hansen", "tenant: HANSEN", "# Nothing changes.\ntenant: HANSEN")
    github.pull_request(8, "change")
    run = github.merged(8)
    assert run.jobs == {"find": "success"}, run.logs
    assert "changes 0 destinations" in run.logs["find"]
    assert all(request.key_kind == "read" for request in pbx.log[before:])


def test_a_fork_is_validated_and_has_no_key(github: GitHub, pbx: Emulator) -> None:
    run = github.pull_request(7, "change", fork=True)
    assert run.jobs == {"validate": "success"}, run.logs
    assert pbx.log == []
    assert github.comments() == []


def test_a_merge_queue_validates(github: GitHub, pbx: Emulator) -> None:
    github.repo.git("push", "-q", "origin", "change:main")
    run = github.main("merge_group")
    assert run.jobs == {"validate": "success"}, run.logs
    assert pbx.log == []


def test_each_project_has_its_plan_its_comment_and_its_apply(github: GitHub, pbx: Emulator) -> None:
    github.repo.git("switch", "-q", "main")
    root = github.repo.path
    both = PROJECTS.replace(" }]", ' }, { "name": "pbx-2", "folder": "two" }]')
    github.add_recipe("pbxsync.yml", (PROJECTS, both))
    (root / "two").mkdir()
    shutil.copy(root / "pbxsync.yaml", root / "two")
    github.push("main")
    for folder, code in ((root, "FIRST"), (root / "two", "SECOND")):
        (folder / "tenants").mkdir()
        text = f"tenant: {code}\ndestinations: [{{name: Night, type: FORWARD, params: ['112']}}]\n"
        (folder / "tenants/only.yaml").write_text(text, encoding="utf-8")
    github.push("both")
    planned = github.pull_request(7, "both")
    assert planned.jobs == {"validate": "success", "plan": "success", "show": "success"}, planned.logs
    first, second = sorted(github.comments(), key=lambda comment: "SECOND" in comment)
    assert first.startswith("<!-- pbxsync-plan of pbx -->\n")
    assert second.startswith("<!-- pbxsync-plan of pbx-2 -->\n")
    assert ("FIRST" in first, "SECOND" in first, "FIRST" in second) == (True, False, False)
    applied = github.merged()
    assert applied.jobs == {"find": "success", "apply": "success", "result": "success"}, applied.logs
    assert [len(pbx.rows(code)) for code in ("FIRST", "SECOND")] == [1, 1]
    assert len(github.comments()) == 4
