"""What a pull request, a comment or an artifact must not be able to do, tried through the recipe for GitHub."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.emulator import Emulator
from pbxsync.planfile.write import digest_of
from tests.recipes.github import GitHub, Run
from tests.recipes.tools import unmarked

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(300)  # several runs each, of several jobs each
OLD, NEW, EVIL = "+4520006001", "+4520006002", "+4590006666"
MARKER = "<!-- pbxsync-plan of pbx -->\n"


@pytest.fixture
def github(tmp_path: Path, tools: Path, pbx: Emulator) -> GitHub:
    """A repository with two tenants, as they are live; the branch `change` gives one of them another number."""
    github = GitHub(tmp_path / "github", tools / "act", pbx.url)
    github.add_recipe("pbxsync.yml")
    root = github.repo.path
    (root / "pbxsync.yaml").write_text("url: https://portal.pbxcloud.eu/pbx/proxyapi.php\n", encoding="utf-8")
    (root / "tenants").mkdir()
    for code in ("NORDTAND", "SYDTAND"):
        pbx.put(code, cu_name="Night", cu_param1=OLD)
        tenant(github, code, OLD)
    github.push("main", "Manage two tenants")
    tenant(github, "NORDTAND", NEW)
    github.push("change")
    return github


def tenant(github: GitHub, code: str, number: str) -> None:
    text = f"tenant: {code}\ndestinations:\n  - name: Night\n    params: [{number}]\n"
    (github.repo.path / "tenants" / f"{code.lower()}.yaml").write_text(text, encoding="utf-8")


def numbers(pbx: Emulator) -> dict[str, str]:
    return {code: row["cu_param1"] for code in ("NORDTAND", "SYDTAND") for row in pbx.rows(code)}


def writes(pbx: Emulator) -> int:
    return sum(request.key_kind == "write" and request.method == "POST" for request in pbx.log)


def name_of_plan(github: GitHub, number: int = 7) -> str:
    return f"pbxsync-plan-{number}-{github.repo.git('rev-parse', 'change')}-pbx"


def forged(github: GitHub, planned: Run) -> str:
    """Return a saved plan that would write another number, as somebody who knows the format can write one."""
    tree: dict[str, Any] = json.loads(github.artifact(planned, name_of_plan(github))["1.plan"])
    tree["tenants"][0]["changes"][0]["diff"][0]["after"] = EVIL
    tree["digest"] = digest_of({key: value for key, value in tree.items() if key != "digest"})
    return json.dumps(tree)


def put_plan(github: GitHub, run: Run, plan: str) -> None:
    """Put a plan for pull request 7 among the artifacts of a run."""
    file = github.state / "artifacts" / str(run.number) / name_of_plan(github) / "1.plan"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(plan, encoding="utf-8")


def test_committed_files_named_like_plans_and_journals_are_never_used(github: GitHub, pbx: Emulator) -> None:
    plan = forged(github, github.pull_request(7, "change"))
    for name in ("plans/shard-1.plan", "reviewed/shard-9.plan", "apply.jsonl", "plan/9.plan", "1.plan", "result.txt"):
        file = github.repo.path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(plan, encoding="utf-8")
    github.push("change")
    planned = github.pull_request(7, "change")
    assert planned.jobs["show"] == "success", planned.logs
    plans = github.artifact(planned, name_of_plan(github))
    assert list(plans) == ["1.plan"]
    assert EVIL not in plans["1.plan"] + unmarked(github.comments()[0])
    applied = github.merged()
    assert applied.jobs["apply"] == "success", applied.logs
    assert numbers(pbx) == {"NORDTAND": NEW, "SYDTAND": OLD}
    assert writes(pbx) == 1
    (journal,) = (github.state / "artifacts" / str(applied.number)).glob("pbxsync-journal-*/apply.jsonl")
    assert EVIL not in journal.read_text(encoding="utf-8") + unmarked(github.comments()[1])


def test_a_newer_run_of_the_same_commit_for_another_base_never_supplies_the_plan(github: GitHub, pbx: Emulator) -> None:
    planned = github.pull_request(7, "change")
    github.repo.git("push", "-q", "origin", "main:develop")
    other = github.pull_request(8, "change", base="develop")
    put = github.state / "artifacts" / str(other.number) / name_of_plan(github, 8)
    assert (put / "1.plan").exists()
    (put / "1.plan").write_text(forged(github, planned), encoding="utf-8")
    assert [run["head_sha"] for run in github.read("runs")] == [github.repo.git("rev-parse", "change")] * 2
    applied = github.merged()
    assert f"The plan of pbx in run {planned.number} changes 1 destinations." in applied.logs["find"]
    assert applied.jobs["apply"] == "success", applied.logs
    assert numbers(pbx) == {"NORDTAND": NEW, "SYDTAND": OLD}


def test_a_plan_that_another_run_kept_under_the_right_name_is_never_used(github: GitHub, pbx: Emulator) -> None:
    plan = forged(github, github.pull_request(7, "change"))
    runs = github.read("runs")
    others = (
        {"event": "push"},
        {"event": "workflow_dispatch"},
        {"path": ".github/workflows/other.yml"},
        {"head_sha": "0" * 40},
        {"conclusion": "failure"},
    )
    newer = [runs[0] | {"id": 9900 + number} | other for number, other in enumerate(others)]
    for run in newer:
        put_plan(github, Run(run["id"]), plan)
    github.write("runs", [*newer, *runs])
    applied = github.merged()
    assert f"The plan of pbx in run {runs[0]['id']} changes" in applied.logs["find"]
    assert applied.jobs["apply"] == "success", applied.logs
    assert numbers(pbx)["NORDTAND"] == NEW


def test_a_request_that_was_merged_into_another_branch_first_has_no_plan_for_main(
    github: GitHub, pbx: Emulator
) -> None:
    github.repo.git("push", "-q", "origin", "main:develop")
    github.pull_request(7, "change", base="develop")
    commit = github.merge(7)
    github.repo.git("push", "-q", "origin", f"{commit}:main")
    refused = github.main()
    assert refused.jobs == {"find": "failure"}
    assert "this commit is not the merge of a pull request, so it has no plan" in refused.logs["find"]
    assert writes(pbx) == 0


def test_a_forged_plan_can_write_only_what_merged_files_say(github: GitHub, pbx: Emulator) -> None:
    planned = github.pull_request(7, "change")
    put_plan(github, planned, forged(github, planned))
    refused = github.merged()
    assert refused.jobs["apply"] == "failure"
    assert "the saved plan is not what the tenant files ask for" in refused.logs["apply"]
    assert f'tenants/nordtand.yaml:4 says "{NEW}", the plan would write "{EVIL}": plan again' in refused.logs["apply"]
    assert writes(pbx) == 0


def test_other_files_of_an_artifact_are_ignored(github: GitHub, pbx: Emulator) -> None:
    planned = github.pull_request(7, "change")
    folder = github.state / "artifacts" / str(planned.number) / name_of_plan(github)
    for name in ("2.plan", "tenants/nordtand.yaml", "pbxsync.yaml", "apply.jsonl"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(EVIL, encoding="utf-8")
    applied = github.merged()
    assert applied.jobs["apply"] == "success", applied.logs
    assert numbers(pbx)["NORDTAND"] == NEW


@pytest.mark.parametrize("pinned", [True, False], ids=["pinned", "not pinned"])
def test_a_request_cannot_send_a_key_to_another_host(pinned: bool, github: GitHub, pbx: Emulator) -> None:
    with Emulator() as attacker:
        (github.repo.path / "pbxsync.yaml").write_text(f"url: {attacker.url}\n", encoding="utf-8")
        github.push("change")
        if not pinned:
            del github.variables["PBXSYNC_URL"]
        planned = github.pull_request(7, "change")
        if pinned:
            assert planned.jobs["plan"] == "success", planned.logs
            assert (
                f'PBXSYNC_URL wins: this is the plan for "{pbx.url}", not for "{attacker.url}"' in planned.logs["plan"]
            )
        else:
            assert planned.jobs["plan"] == "failure"
            assert f"{attacker.url} is not allowed by PBXSYNC_ALLOWED_URLS" in planned.logs["plan"]
            assert pbx.log == []
        assert attacker.log == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("read_key: ${GITHUB_TOKEN}", "read_key: ${GITHUB_TOKEN} is not allowed by PBXSYNC_ALLOWED_VARIABLES"),
        (
            "read_key: ${ACTIONS_RUNTIME_TOKEN}",
            "read_key: ${ACTIONS_RUNTIME_TOKEN} is not allowed by PBXSYNC_ALLOWED_VARIABLES",
        ),
        (
            "read_key: ${file:/var/run/secrets/kubernetes.io/serviceaccount/token}",
            "is not allowed by PBXSYNC_ALLOWED_FILES (it is empty, so it allows nothing)",
        ),
    ],
)
def test_a_request_cannot_use_other_secrets_as_a_key(line: str, message: str, github: GitHub, pbx: Emulator) -> None:
    project = github.repo.path / "pbxsync.yaml"
    project.write_text(f"{project.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    github.push("change")
    planned = github.pull_request(7, "change")
    assert planned.jobs["plan"] == "failure"
    assert message in planned.logs["plan"]
    assert pbx.log == []


@pytest.mark.parametrize("name", ["PBXSYNC_ALLOWED_URLS", "PBXSYNC_ALLOWED_VARIABLES"])
def test_what_is_not_set_allows_nothing(name: str, github: GitHub, pbx: Emulator) -> None:
    (github.repo.path / "pbxsync.yaml").write_text("read_key: ${PBXSYNC_READ_KEY}\n", encoding="utf-8")
    github.push("change")
    del github.variables[name]
    planned = github.pull_request(7, "change")
    assert f"is not allowed by {name} (it is empty, so it allows nothing)" in planned.logs["plan"]
    assert pbx.log == []


def test_the_comment_of_somebody_else_is_left_alone(github: GitHub) -> None:
    theirs = {"id": 1, "user": {"login": "mallory"}, "body": f"{MARKER}No changes."}
    github.write("comments", {"7": [theirs]})
    github.pull_request(7, "change")
    github.pull_request(7, "change")
    first, ours = github.comments()
    assert first == theirs["body"]
    assert NEW in unmarked(ours)


def test_noise_on_the_pbx_does_not_hide_a_change(github: GitHub, pbx: Emulator) -> None:
    github.repo.git("switch", "-q", "main")
    names = [f"Line {number}" for number in range(700)]
    text = json.dumps({"tenant": "STORTAND", "destinations": [{"name": name, "params": [OLD]} for name in names]})
    (github.repo.path / "tenants/stortand.yaml").write_text(text, encoding="utf-8")
    for name in names:
        pbx.put("STORTAND", cu_name=name, cu_param1=EVIL)
    github.push("main")
    planned = github.pull_request(7, "change")
    assert planned.jobs["show"] == "success", planned.logs
    (body,) = github.comments()
    assert "**Plan: 0 to add, 1 to change.**" in body
    assert (NEW in unmarked(body), EVIL in unmarked(body)) == (True, False)


@pytest.mark.parametrize("again", [True, False], ids=["planned again", "planned before"])
def test_a_branch_that_was_behind_does_not_undo_what_was_merged_meanwhile(
    again: bool, github: GitHub, pbx: Emulator
) -> None:
    github.pull_request(7, "change")
    github.repo.git("switch", "-q", "main")
    tenant(github, "SYDTAND", "+4520006888")
    github.push("colleague")
    github.pull_request(8, "colleague")
    assert github.merged(8).jobs["apply"] == "success"
    if again:
        github.pull_request(7, "change")
    assert "**Plan: 0 to add, 1 to change.**" in github.comments()[0]
    applied = github.merged()
    assert applied.jobs["apply"] == "success", applied.logs
    assert numbers(pbx) == {"NORDTAND": NEW, "SYDTAND": "+4520006888"}


def test_a_plan_that_main_has_taken_back_meanwhile_is_refused(github: GitHub, pbx: Emulator) -> None:
    github.pull_request(7, "change")
    commit = github.merge(7)  # and nobody has approved it yet
    github.repo.git("switch", "-q", "change")
    tenant(github, "NORDTAND", OLD)
    github.push("back")
    github.pull_request(8, "back")
    assert github.merged(8).jobs == {"find": "success"}
    late = github.main(commit=commit)
    assert late.jobs["apply"] == "failure"
    assert f'says "{OLD}", the plan would write "{NEW}": plan again' in late.logs["apply"]
    assert writes(pbx) == 0
