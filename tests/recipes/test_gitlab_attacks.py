"""What a merge request, a comment or an artifact must not be able to do, tried through the recipe for GitLab."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.emulator import Emulator
from pbxsync.planfile.write import digest_of
from tests.recipes.gitlab_api import BOT, SOMEBODY
from tests.recipes.tools import unmarked

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.recipes.gitlab import GitLab, Pipeline

pytestmark = pytest.mark.timeout(400)  # on a machine that is busy

OLD, NEW, EVIL = "+4520006001", "+4520006002", "+4590006666"
MARKER = "<!-- pbxsync-plan pbx -->\n"


@pytest.fixture
def root(gitlab: GitLab, pbx: Emulator) -> Path:
    """A repository with two tenants, as they are live; the branch `change` gives one of them another number."""
    root = gitlab.repo.path
    (root / "pbxsync.yaml").write_text("url: https://portal.pbxcloud.eu/pbx/proxyapi.php\n", encoding="utf-8")
    (root / "tenants").mkdir()
    for code in ("NORDTAND", "SYDTAND"):
        pbx.put(code, cu_name="Night", cu_param1=OLD)
        tenant(root, code, OLD)
    gitlab.push("main", "Manage two tenants")
    tenant(root, "NORDTAND", NEW)
    gitlab.push("change")
    return root


def tenant(root: Path, code: str, number: str) -> None:
    text = f"tenant: {code}\ndestinations:\n  - name: Night\n    params: [{number}]\n"
    (root / "tenants" / f"{code.lower()}.yaml").write_text(text, encoding="utf-8")


def numbers(pbx: Emulator) -> dict[str, str]:
    rows = [(code, row) for code in ("NORDTAND", "SYDTAND") for row in pbx.rows(code)]
    return {code: row["cu_param1"] for code, row in rows if row["cu_name"] == "Night"}


def writes(pbx: Emulator) -> int:
    return sum(request.method == "POST" for request in pbx.log)


def merged(gitlab: GitLab, number: int = 7, branch: str = "change") -> Pipeline:
    gitlab.merge(number, branch)
    return gitlab.main()


def forge(file: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """Return a saved plan with other changes, as somebody who knows the format can write one."""
    tree = json.loads(file.read_text(encoding="utf-8"))
    for row in tree["tenants"][0]["changes"]:
        change(row)
    tree["digest"] = digest_of({key: value for key, value in tree.items() if key != "digest"})
    return json.dumps(tree)


def saved(gitlab: GitLab, planned: Pipeline) -> Path:
    """Return the plan that a pipeline keeps as an artifact."""
    (file,) = gitlab.api.artifacts[planned.number]["plan: [., 1]"].rglob("*.plan")
    return file


def to_evil(row: dict[str, Any]) -> None:
    row["diff"][0]["after"] = EVIL


def test_committed_files_named_like_plans_and_journals_are_never_used(
    gitlab: GitLab, root: Path, pbx: Emulator
) -> None:
    head = gitlab.repo.git("rev-parse", "change")
    plan = forge(saved(gitlab, gitlab.merge_request(6, "change")), to_evil)
    for name in ("plans/shard-1.plan", "reviewed/shard-9.plan", "apply.jsonl", ".ci-out/shard-2.plan", "change.plan"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(plan, encoding="utf-8")
    for name in (f"7-{head}.pbx.1.plan", "apply.yml", "pbx-1.jsonl", "result-pbx.md"):
        (root / ".ci-out" / name).write_text(plan, encoding="utf-8")
    head = gitlab.push("change")
    planned = gitlab.merge_request(7, "change")
    assert list(gitlab.api.kept(planned.number, "plan: [., 1]")) == [f".ci-out/7-{head}.pbx.1.plan"], planned.log
    assert EVIL not in unmarked(gitlab.api.notes[7][0]["body"])
    applied = merged(gitlab)
    assert applied.jobs["apply: [.]"] == "PASS", applied.log
    assert numbers(pbx) == {"NORDTAND": NEW, "SYDTAND": OLD}
    assert writes(pbx) == 1
    kept = gitlab.api.kept(applied.number, "apply: [.]")
    assert EVIL.encode() not in b"".join(kept.values())
    assert len(kept) == 2  # the journal of this apply, and its result


@pytest.mark.usefixtures("root")
def test_another_request_with_the_same_commits_never_supplies_the_plan(gitlab: GitLab, pbx: Emulator) -> None:
    planned = gitlab.merge_request(7, "change")
    name = saved(gitlab, planned).name
    other = gitlab.merge_request(8, "change", target="develop")
    # Somebody changed the recipe on that request, so that it has a plan of the same name.
    folder = gitlab.api.artifacts[other.number]["plan: [., 1]"] / ".ci-out"
    folder.mkdir(parents=True)
    (folder / name).write_text(forge(saved(gitlab, planned), to_evil), encoding="utf-8")
    assert {row["sha"] for row in gitlab.api.pipelines} == {gitlab.repo.git("rev-parse", "change")}
    applied = merged(gitlab)
    assert f"planned by pipeline {planned.number}" in applied.log_of("reviewed-plan")
    assert applied.jobs["apply: [.]"] == "PASS", applied.log
    assert numbers(pbx)["NORDTAND"] == NEW


@pytest.mark.usefixtures("root")
def test_a_request_that_was_planned_for_another_branch_has_no_plan(gitlab: GitLab, pbx: Emulator) -> None:
    gitlab.merge_request(7, "change", target="develop")
    gitlab.api.merge_requests[7]["target_branch"] = "main"  # edited, without a new pipeline
    refused = merged(gitlab)
    assert "did not save the whole plan" in refused.log_of("reviewed-plan")
    assert refused.jobs == {"reviewed-plan": "FAIL"}
    assert writes(pbx) == 0


@pytest.mark.usefixtures("root")
def test_a_forged_plan_can_write_only_what_merged_files_say(gitlab: GitLab, pbx: Emulator) -> None:
    plan = saved(gitlab, gitlab.merge_request(7, "change"))
    plan.write_text(forge(plan, to_evil), encoding="utf-8")
    refused = merged(gitlab)
    assert refused.jobs["apply: [.]"] == "FAIL"
    assert "the saved plan is not what the tenant files ask for" in refused.log_of("apply")
    assert f'tenants/nordtand.yaml:4 says "{NEW}", the plan would write "{EVIL}": plan again' in refused.log_of("apply")
    assert writes(pbx) == 0


@pytest.mark.usefixtures("root")
def test_other_files_of_an_artifact_are_ignored(gitlab: GitLab, pbx: Emulator) -> None:
    plan = saved(gitlab, gitlab.merge_request(7, "change"))
    folder = gitlab.api.artifacts[3000]["plan: [., 1]"]
    for name in ("tenants/nordtand.yaml", "pbxsync.yaml", f".ci-out/x{plan.name}", ".ci-out/apply.yml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(EVIL, encoding="utf-8")
    applied = merged(gitlab)
    assert applied.jobs["apply: [.]"] == "PASS", applied.log
    assert numbers(pbx)["NORDTAND"] == NEW


@pytest.mark.parametrize("pinned", [True, False], ids=["pinned", "not pinned"])
def test_a_request_cannot_send_a_key_to_another_host(pinned: bool, gitlab: GitLab, root: Path, pbx: Emulator) -> None:
    with Emulator() as attacker:
        (root / "pbxsync.yaml").write_text(f"url: {attacker.url}\n", encoding="utf-8")
        gitlab.push("change")
        if not pinned:
            del gitlab.variables["PBXSYNC_URL"]
        planned = gitlab.merge_request(7, "change")
        if pinned:
            assert planned.jobs["plan: [.,1]"] == "PASS"
            assert f'PBXSYNC_URL wins: this is the plan for "{pbx.url}", not for "{attacker.url}"' in planned.log
        else:
            assert planned.jobs["plan: [.,1]"] == "FAIL"
            assert f"{attacker.url} is not allowed by PBXSYNC_ALLOWED_URLS" in planned.log_of("plan")
            assert pbx.log == []
        assert attacker.log == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("read_key: ${CI_JOB_TOKEN}", "read_key: ${CI_JOB_TOKEN} is not allowed by PBXSYNC_ALLOWED_VARIABLES"),
        ("read_key: ${REVIEW_TOKEN}", "read_key: ${REVIEW_TOKEN} is not allowed by PBXSYNC_ALLOWED_VARIABLES"),
        (
            "read_key: ${file:/var/run/secrets/kubernetes.io/serviceaccount/token}",
            "is not allowed by PBXSYNC_ALLOWED_FILES (it is empty, so it allows nothing)",
        ),
    ],
)
def test_a_request_cannot_use_other_secrets_as_a_key(
    line: str, message: str, gitlab: GitLab, root: Path, pbx: Emulator
) -> None:
    project = root / "pbxsync.yaml"
    project.write_text(f"{project.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    gitlab.push("change")
    gitlab.variables["CI_JOB_TOKEN"] = {"*": "job-token"}
    planned = gitlab.merge_request(7, "change")
    assert planned.jobs["plan: [.,1]"] == "FAIL"
    assert message in planned.log_of("plan")
    assert pbx.log == []


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("name", ["PBXSYNC_ALLOWED_URLS", "PBXSYNC_ALLOWED_VARIABLES"])
def test_what_is_not_set_allows_nothing(name: str, gitlab: GitLab, pbx: Emulator) -> None:
    root = gitlab.repo.path
    (root / "pbxsync.yaml").write_text("read_key: ${PBXSYNC_READ_KEY}\n", encoding="utf-8")
    gitlab.push("change")
    del gitlab.variables[name]
    planned = gitlab.merge_request(7, "change")
    assert f"is not allowed by {name} (it is empty, so it allows nothing)" in planned.log_of("plan")
    assert pbx.log == []


@pytest.mark.usefixtures("root")
def test_the_comment_of_somebody_else_is_left_alone(gitlab: GitLab) -> None:
    theirs = gitlab.api.note(7, f"{MARKER}No changes.", SOMEBODY)
    gitlab.merge_request(7, "change")
    gitlab.merge_request(7, "change")
    assert theirs["body"] == f"{MARKER}No changes."
    ours = [note for note in gitlab.api.notes[7] if note["author"]["id"] == BOT]
    assert len(ours) == 1
    assert NEW in unmarked(ours[0]["body"])


def test_a_request_does_not_decide_what_runs(gitlab: GitLab, root: Path) -> None:
    (root / ".gitlab/review.py").write_text("print('owned')\n", encoding="utf-8")
    (root / "requirements.txt").write_text("evil==1.0\n", encoding="utf-8")
    (root / "json.py").write_text("print('owned')\n", encoding="utf-8")
    gitlab.push("change")
    planned = gitlab.merge_request(7, "change")
    assert planned.jobs == {"validate: [.]": "PASS", "plan: [.,1]": "PASS", "comment: [.]": "PASS"}, planned.log
    assert "owned" not in planned.log
    assert NEW in unmarked(gitlab.api.notes[7][0]["body"])


def test_each_job_has_only_its_own_keys(gitlab: GitLab, root: Path) -> None:
    """Whatever a job has in its environment is what somebody who controls the job has."""
    recipe = root / ".gitlab-ci.yml"
    spy = "    - echo keys $(env | grep -oE '^(PBXSYNC_(READ|WRITE)_KEY|REVIEW_TOKEN)=' | tr -d = | sort)\n"
    text = recipe.read_text(encoding="utf-8")
    recipe.write_text(text.replace("  script:\n", f"  script:\n{spy}"), encoding="utf-8")
    gitlab.push("change")
    planned = gitlab.merge_request(7, "change")
    applied = merged(gitlab)
    jobs = {"validate": planned, "plan": planned, "comment": planned}
    jobs |= {"reviewed-plan": applied, "apply": applied, "result": applied}
    assert {job: re.findall(r"(?m)^keys ?(.*)$", pipeline.log_of(job)) for job, pipeline in jobs.items()} == {
        "validate": [""],
        "plan": ["PBXSYNC_READ_KEY"],
        "comment": ["REVIEW_TOKEN"],
        "reviewed-plan": ["REVIEW_TOKEN"],
        "apply": ["PBXSYNC_READ_KEY PBXSYNC_WRITE_KEY REVIEW_TOKEN"],
        "result": ["REVIEW_TOKEN"],
    }


def test_noise_on_the_pbx_does_not_hide_a_change(gitlab: GitLab, root: Path, pbx: Emulator) -> None:
    gitlab.repo.git("switch", "-q", "main")
    names = [f"Line {number}" for number in range(700)]
    rows = [{"name": name, "params": [OLD]} for name in names]
    text = json.dumps({"tenant": "STORTAND", "destinations": rows}, indent=1)
    (root / "tenants/stortand.yaml").write_text(text, encoding="utf-8")
    for name in names:
        pbx.put("STORTAND", cu_name=name, cu_param1=EVIL)
    gitlab.push("main")
    gitlab.merge_request(7, "change")
    body = gitlab.api.notes[7][0]["body"]
    assert "**Plan: 0 to add, 1 to change.**" in body
    assert (NEW in unmarked(body), EVIL in unmarked(body)) == (True, False)


def test_a_branch_that_was_behind_does_not_undo_what_was_merged_meanwhile(
    gitlab: GitLab, root: Path, pbx: Emulator
) -> None:
    gitlab.repo.git("switch", "-q", "main")
    tenant(root, "SYDTAND", "+4520006888")
    day = "tenant: NORDTAND\ndestinations:\n  - name: Day\n    type: FORWARD\n    params: [+4520006333]\n"
    (root / "tenants/nordtand-day.yaml").write_text(day, encoding="utf-8")
    gitlab.push("colleague")
    gitlab.merge_request(8, "colleague")
    assert merged(gitlab, 8, "colleague").jobs["apply: [.]"] == "PASS"
    planned = gitlab.merge_request(7, "change")
    assert planned.jobs["plan: [.,1]"] == "PASS", planned.log
    body = gitlab.api.notes[7][0]["body"]
    assert "**Plan: 0 to add, 1 to change.**" in body
    assert merged(gitlab).jobs["apply: [.]"] == "PASS"
    assert numbers(pbx) == {"NORDTAND": NEW, "SYDTAND": "+4520006888"}


def test_a_plan_that_main_has_taken_back_meanwhile_is_refused(gitlab: GitLab, root: Path, pbx: Emulator) -> None:
    gitlab.merge_request(7, "change")
    commit = gitlab.merge(7, "change")
    assert "apply: [.] is when:manual" in gitlab.main(approved=False).log
    tenant(root, "NORDTAND", OLD)
    gitlab.push("back")
    gitlab.merge_request(8, "back")
    gitlab.merge(8, "back")
    assert "nothing-to-apply" in gitlab.main(approved=False).jobs
    late = gitlab.main(commit=commit)
    assert late.jobs["apply: [.]"] == "FAIL"
    assert f'says "{OLD}", the plan would write "{NEW}": plan again' in late.log_of("apply")
    assert writes(pbx) == 0
