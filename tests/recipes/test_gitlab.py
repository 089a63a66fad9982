"""The recipe for GitLab, run from the merge request to the apply against an emulated PBX with real keys."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.examples.reseller import READ, SECRET, WRITE, reseller
from tests.examples.running import BIN
from tests.recipes.gitlab import RECIPE
from tests.recipes.gitlab_api import SOMEBODY, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.emulator import Emulator
    from tests.recipes.gitlab import GitLab

pytestmark = pytest.mark.timeout(400)  # on a machine that is busy

MARKER = "<!-- pbxsync-plan pbx -->\n"
PLANNED = {"validate: [.]": "PASS", "plan: [.,1]": "PASS", "comment: [.]": "PASS"}
APPLIED = {"reviewed-plan": "PASS", "after-merge": "PASS", "apply: [.]": "PASS", "result: [.]": "PASS"}


@pytest.fixture
def project(gitlab: GitLab, tmp_path: Path) -> Path:
    """The repository of a reseller. Its main branch has no tenant yet; the branch `change` adds three of them."""
    root = gitlab.repo.path
    files = reseller(tmp_path, "https://portal.pbxcloud.eu/pbx/proxyapi.php")
    shutil.copy(files / "pbxsync.yaml", root)
    (root / "tenants").mkdir()
    (root / "tenants" / ".gitkeep").touch()
    gitlab.push("main", "Start")
    for file in (files / "tenants").iterdir():
        shutil.copy(file, root / "tenants")
    gitlab.push("change", "Manage three tenants")
    return root


def in_shards(project: Path) -> None:
    """Let four runners plan, as the comments of the recipe say."""
    recipe = project / ".gitlab-ci.yml"
    text = recipe.read_text(encoding="utf-8")
    text = text.replace('SHARD: ["1"]', 'SHARD: ["1", "2", "3", "4"]').replace('SHARDS: "1"', 'SHARDS: "4"')
    recipe.write_text(text, encoding="utf-8")


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def on_main(gitlab: GitLab) -> None:
    """Put what the branch `change` has on main, without a merge request."""
    gitlab.repo.git("switch", "-q", "main")
    gitlab.repo.git("merge", "-q", "--ff-only", "change")
    gitlab.repo.git("push", "-q", "origin", "main")


def test_it_is_a_pipeline() -> None:
    checked = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", RECIPE / ".gitlab-ci.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_its_shell_is_clean(tools: Path) -> None:
    recipe = yaml.safe_load((RECIPE / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    jobs = {name: job for name, job in recipe.items() if isinstance(job, dict) and "script" in job}
    assert len(jobs) == 8
    for name, job in jobs.items():
        lines = [*job.get("before_script", recipe["default"]["before_script"]), *job["script"]]
        # SC2034: not every job uses each variable of the shared lines.
        checked = subprocess.run(
            [tools / "shellcheck", "--shell=bash", "--exclude=SC2034", "-"],
            input="\n".join(["set -eo pipefail", *lines, ""]),
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, f"{name}\n{checked.stdout}{checked.stderr}"


@pytest.mark.parametrize("shards", [1, 4])
def test_what_was_reviewed_is_what_is_applied(shards: int, gitlab: GitLab, project: Path, pbx: Emulator) -> None:
    if shards > 1:
        in_shards(project)
        gitlab.push("change")
    planned = gitlab.merge_request(7, "change")
    plans = {f"plan: [.,{shard}]": "PASS" for shard in range(1, shards + 1)}
    assert planned.jobs == PLANNED | plans, planned.log
    (note,) = gitlab.api.notes[7]
    assert note["body"].startswith(f"{MARKER}### pbxsync plan\n")
    assert "**Plan: 3 to add, 5 to change.**" in note["body"]
    assert list(gitlab.api.kept(planned.number, "comment: [.]")) == ["plan.html"]
    assert {request.key_kind for request in pbx.log} == {"read"}

    gitlab.merge(7, "change")
    merged = gitlab.main()
    assert merged.jobs == APPLIED, merged.log
    assert gitlab.api.tokens_at_the_store == [None] * shards * 2
    result = gitlab.api.notes[7][-1]["body"]
    assert result.startswith("<!-- pbxsync-apply pbx -->\n### pbxsync apply\n")
    assert "Apply complete: 3 added, 5 changed." in result
    kept = gitlab.api.kept(merged.number, "apply: [.]")
    (journal,) = (content for path, content in kept.items() if path.endswith(".jsonl"))
    run = json.loads(journal.splitlines()[0])
    assert (run["pull_request"], run["commit"]) == ("7", gitlab.repo.git("rev-parse", "main"))
    assert gitlab.main("schedule").jobs == {"drift: [.]": "PASS"}


def test_a_new_commit_changes_the_comment_in_place_however_many_there_are(gitlab: GitLab, project: Path) -> None:
    gitlab.merge_request(7, "change")
    plan = gitlab.api.notes[7][0]
    gitlab.api.notes[7] = [
        *({"id": number, "body": "Looks good", "author": {"id": SOMEBODY}} for number in range(1, 120)),
        plan,
    ]
    replace(project / "tenants/hansen.yaml", "+4570990400", "+4570990499")
    gitlab.push("change")
    gitlab.merge_request(7, "change")
    assert len(gitlab.api.notes[7]) == 120
    assert "+4570990499" in gitlab.api.notes[7][-1]["body"]


@pytest.mark.usefixtures("project")
def test_nothing_shows_a_secret(gitlab: GitLab) -> None:
    planned = gitlab.merge_request(7, "change")
    gitlab.merge(7, "change")
    merged = gitlab.main()
    assert merged.jobs == APPLIED, merged.log
    kept = json.dumps(gitlab.api.notes).encode()
    for pipeline in (planned, merged):
        for job, folder in gitlab.api.artifacts[pipeline.number].items():
            kept += b"".join(gitlab.api.kept(pipeline.number, job).values()) if folder.is_dir() else b""
    assert b"Svarer" in kept
    for secret in (READ, WRITE, SECRET, TOKEN):
        assert secret not in planned.log + merged.log
        assert secret.encode() not in kept


def test_a_plan_that_went_stale_is_refused_and_one_made_by_hand_is_applied(
    gitlab: GitLab, project: Path, pbx: Emulator
) -> None:
    in_shards(project)
    gitlab.push("change")
    gitlab.merge_request(7, "change")
    gitlab.merge(7, "change")
    pbx.change(401, cu_param1="+4520990477")
    pbx.clear_log()
    refused = gitlab.main()
    assert refused.jobs["apply: [.]"] == "FAIL"
    assert "the saved plan is stale, so nothing of it was written" in refused.log_of("apply")
    assert not any(request.committed for request in pbx.log)
    assert "the saved plan is stale, so nothing of it was written" in gitlab.api.notes[7][-1]["body"]
    again = gitlab.main("web")
    plans = {f"plan: [.,{shard}]": "PASS" for shard in range(1, 5)}
    assert again.jobs == APPLIED | plans, again.log
    assert len(gitlab.api.notes[7]) == 2


@pytest.mark.usefixtures("project")
def test_if_there_is_no_result_the_comment_says_so(gitlab: GitLab, pbx: Emulator) -> None:
    gitlab.merge_request(7, "change")
    commit = gitlab.merge(7, "change")
    (gitlab.repo.path / "requirements.txt").write_text("there-is-no-such-package==1.0\n", encoding="utf-8")
    gitlab.push("main")
    pbx.clear_log()
    failed = gitlab.main(commit=commit)
    assert (failed.jobs["apply: [.]"], failed.jobs["result: [.]"]) == ("FAIL", "PASS"), failed.log
    body = gitlab.api.notes[7][-1]["body"]
    assert body.startswith("<!-- pbxsync-apply pbx -->\n### pbxsync apply\n")
    assert 'There is no result. See the log of the job "apply".' in body
    assert pbx.log == []


def test_a_pipeline_that_failed_gives_no_plan_to_apply(gitlab: GitLab, project: Path, pbx: Emulator) -> None:
    gitlab.merge_request(7, "change")
    (project / "tenants/klinik.yaml").write_text("tenant: KLINIK\ndestinatons: []\n", encoding="utf-8")
    gitlab.push("change")
    failed = gitlab.merge_request(7, "change")
    assert failed.jobs == {"validate: [.]": "FAIL", "plan: [.,1]": "FAIL", "comment: [.]": "PASS"}
    (note,) = gitlab.api.notes[7]
    assert note["body"].startswith(f"{MARKER}### pbxsync plan\n")
    assert "There is no plan" in note["body"]
    (report,) = gitlab.root.glob(
        f"pipeline-{failed.number}/.gitlab-ci-local/builds/validate*/gl-code-quality-report.json"
    )
    assert json.loads(report.read_text())[0]["location"]["path"] == "tenants/klinik.yaml"
    pbx.clear_log()
    gitlab.merge(7, "change")
    refused = gitlab.main()
    assert refused.jobs == {"reviewed-plan": "FAIL"}
    assert "The newest pipeline of merge request !7 has not succeeded." in refused.log_of("reviewed-plan")
    assert pbx.log == []


@pytest.mark.usefixtures("project")
def test_a_commit_without_a_merge_request_applies_nothing(gitlab: GitLab, pbx: Emulator) -> None:
    refused = gitlab.main()
    assert refused.jobs == {"reviewed-plan": "FAIL"}
    assert "No merge request into main ended with this commit, so there is no plan." in refused.log_of("reviewed-plan")
    assert pbx.log == []


@pytest.mark.usefixtures("project")
def test_the_nightly_job_tells_drift_from_not_knowing(gitlab: GitLab, pbx: Emulator) -> None:
    on_main(gitlab)
    nightly = gitlab.main("schedule")
    assert nightly.jobs == {"drift: [.]": "FAIL"}
    assert re.search(r"^drift: \[\.\] +finished in .*FAIL 2", nightly.log, re.MULTILINE)
    pbx.revoke(READ)
    unknown = gitlab.main("schedule")
    assert re.search(r"^drift: \[\.\] +finished in .*FAIL 1", unknown.log, re.MULTILINE)


def test_a_plan_without_changes_asks_nobody(gitlab: GitLab, project: Path, pbx: Emulator) -> None:
    on_main(gitlab)
    (project / "README.md").write_text("Our tenants\n", encoding="utf-8")
    gitlab.push("words")
    assert gitlab.merge_request(8, "words").jobs == PLANNED
    gitlab.merge(8, "words")
    merged = gitlab.main(approved=False)
    assert merged.jobs == {"reviewed-plan": "PASS", "after-merge": "PASS", "nothing-to-apply": "PASS"}, merged.log
    assert not any(request.committed for request in pbx.log)


@pytest.mark.usefixtures("project")
def test_a_plan_with_changes_waits_for_approval(gitlab: GitLab, pbx: Emulator) -> None:
    gitlab.merge_request(7, "change")
    gitlab.merge(7, "change")
    waiting = gitlab.main(approved=False)
    assert "apply: [.] is when:manual" in waiting.log
    assert not any(request.committed for request in pbx.log)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "opened",
    [{"source": "77"}, {"target": "develop"}, {"event": "merge_train"}],
    ids=["of a fork", "into another branch", "in a merge train"],
)
def test_only_a_merge_request_into_main_is_planned(opened: dict[str, str], gitlab: GitLab, pbx: Emulator) -> None:
    del gitlab.variables["PBXSYNC_ALLOWED_VARIABLES"]  # a fork has none of our variables
    assert gitlab.merge_request(7, "change", **opened).jobs == {"validate: [.]": "PASS"}
    assert pbx.log == []


@pytest.mark.parametrize("method", ["squash", "fast-forward"])
@pytest.mark.usefixtures("project")
def test_the_plan_is_found_however_the_request_was_merged(method: str, gitlab: GitLab) -> None:
    gitlab.merge_request(7, "change")
    gitlab.merge(7, "change", method)
    merged = gitlab.main()
    assert merged.jobs == APPLIED, merged.log


@pytest.mark.usefixtures("project")
def test_a_pipeline_for_merged_results_plans_too(gitlab: GitLab) -> None:
    head = gitlab.repo.git("rev-parse", "change")
    planned = gitlab.merge_request(7, "change", event="merged_result", CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=head)
    assert planned.jobs == PLANNED, planned.log
    assert list(gitlab.api.kept(planned.number, "plan: [., 1]")) == [f".ci-out/7-{head}.pbx.1.plan"]
    gitlab.merge(7, "change")
    assert gitlab.main().jobs == APPLIED


def test_each_of_several_projects_has_its_own_comment_and_journal(gitlab: GitLab, pbx: Emulator) -> None:
    root = gitlab.repo.path
    replace(root / ".gitlab-ci.yml", 'PROJECT: ["."]', 'PROJECT: ["north", "south"]')
    for folder, code in (("north", "NORDTAND"), ("south", "SYDTAND")):
        pbx.put(code, cu_name="Night", cu_param1="+4520006001")
        (root / folder / "tenants").mkdir(parents=True)
        (root / folder / "pbxsync.yaml").write_text("tenants: [tenants/]\n")
        (root / folder / "tenants" / "one.yaml").write_text(
            f"tenant: {code}\ndestinations:\n  - name: Night\n    params: [+4520006001]\n"
        )
    gitlab.push("main")
    replace(root / "north/tenants/one.yaml", "6001", "6002")
    replace(root / "south/tenants/one.yaml", "6001", "6003")
    gitlab.push("change")
    planned = gitlab.merge_request(7, "change")
    assert set(planned.jobs.values()) == {"PASS"}, planned.log
    north, south = sorted(note["body"] for note in gitlab.api.notes[7])
    assert north.startswith("<!-- pbxsync-plan pbx-north -->\n")
    assert south.startswith("<!-- pbxsync-plan pbx-south -->\n")
    assert ("+4520006003" not in north, "+4520006002" not in south) == (True, True)
    gitlab.merge(7, "change")
    merged = gitlab.main()
    assert set(merged.jobs.values()) == {"PASS"}, merged.log
    rows = [*pbx.rows("NORDTAND"), *pbx.rows("SYDTAND")]
    assert [row["cu_param1"] for row in rows] == ["+4520006002", "+4520006003"]
    for name in ("north", "south"):
        journals = [path for path in gitlab.api.kept(merged.number, f"apply: [{name}]") if path.endswith(".jsonl")]
        assert [path.rpartition("-")[0] for path in journals] == [f".ci-out/pbx-{name}"]
