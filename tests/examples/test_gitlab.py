"""The recipe for GitLab: every line of it is run, from the merge request to the apply, against an emulated PBX."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator
from tests.examples.gitlab import RECIPE, TOKEN, Job, Pipeline, Service, uncommented
from tests.examples.reseller import READ, SECRET, WRITE, reseller
from tests.examples.running import BIN
from tests.support.command import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MERGE_REQUEST = {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_IID": "7", "CI_COMMIT_SHA": "cafe"}
MAIN = {"CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_SHA": "f00d"}


@pytest.fixture
def pbx() -> Iterator[Emulator]:
    with Emulator(read_key=READ, write_key=WRITE) as running:
        yield running


@pytest.fixture
def service(tmp_path: Path, pbx: Emulator) -> Iterator[Service]:
    repository = reseller(tmp_path, pbx.url)
    (repository / ".gitlab").mkdir()
    script = ROOT / "examples" / "ci" / "gitlab" / "review.py"
    (repository / ".gitlab" / "review.py").write_text(script.read_text(encoding="utf-8"), encoding="utf-8")
    keys = {"PBXSYNC_READ_KEY": READ, "PBXSYNC_WRITE_KEY": WRITE, "AI_API_KEY": SECRET}
    with Service(tmp_path / "gitlab", repository, keys) as running:
        yield running


def merge_request(service: Service, text: str | None = None) -> dict[str, list[Job]]:
    return Pipeline(service, MERGE_REQUEST, *([] if text is None else [text])).all()


def merge(service: Service) -> dict[str, list[Job]]:
    service.merged = [{"iid": 7, "state": "merged"}]
    return Pipeline(service, {"CI_PIPELINE_SOURCE": "push", **MAIN}).all()


def results(jobs: dict[str, list[Job]]) -> dict[str, list[str]]:
    return {name: [part.result for part in parts] for name, parts in jobs.items()}


def test_it_is_a_pipeline() -> None:
    checked = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", RECIPE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("parallel", [1, 4])
def test_what_was_reviewed_is_what_is_applied(parallel: int, service: Service, pbx: Emulator) -> None:
    text = RECIPE.read_text(encoding="utf-8")
    planned = merge_request(service, uncommented(text, "parallel") if parallel > 1 else None)
    assert results(planned) == {"plan": ["success"] * parallel, "comment": ["success"]}, planned
    (note,) = service.notes
    assert note["body"].startswith("<!-- pbxsync-plan -->\n")
    assert "**Plan: 3 to add, 5 to change.**" in note["body"]
    assert {request.key_kind for request in pbx.log} == {"read"}

    merged = merge(service)
    assert results(merged) == {"apply": ["success"]}, merged["apply"][0].log
    assert "Apply complete: 3 added, 5 changed." in merged["apply"][0].log
    (kept,) = list(service.jobs.values())[-1]
    with zipfile.ZipFile(io.BytesIO(service.archives[kept["id"]])) as archive:
        assert archive.namelist() == ["apply.jsonl"]
    assert service.tokens_at_the_store == [None] * parallel
    assert results(Pipeline(service, {"CI_PIPELINE_SOURCE": "schedule", **MAIN}).all()) == {"drift": ["success"]}


def test_a_new_commit_changes_the_comment_in_place_however_many_there_are(service: Service) -> None:
    merge_request(service)
    plan = service.notes[0]
    service.notes[:] = [*({"id": number, "body": "Looks good"} for number in range(1, 120)), plan]
    file = service.repository / "tenants" / "hansen.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("+4570990400", "+4570990499"), encoding="utf-8")
    merge_request(service)
    assert len(service.notes) == 120
    assert "+4570990499" in service.notes[-1]["body"]


def test_nothing_shows_a_secret(service: Service) -> None:
    jobs = [part for run in (merge_request(service), merge(service)) for parts in run.values() for part in parts]
    kept = b"".join(service.archives.values()) + json.dumps(service.notes).encode()
    assert jobs
    for secret in (READ, WRITE, SECRET, TOKEN):
        assert all(secret not in job.log for job in jobs)
        assert secret.encode() not in kept


def test_a_plan_that_went_stale_is_refused_and_one_made_by_hand_is_applied(service: Service, pbx: Emulator) -> None:
    merge_request(service)
    pbx.change(401, cu_param1="+4520990477")
    pbx.clear_log()
    refused = merge(service)["apply"][0]
    assert refused.result == "failed 1"
    assert "the saved plan is stale, so nothing of it was written" in refused.log
    assert not any(request.committed for request in pbx.log)
    again = Pipeline(service, {"CI_PIPELINE_SOURCE": "web", **MAIN}).all()
    assert results(again) == {"plan": ["success"], "apply": ["success"]}


def test_a_pipeline_that_failed_gives_no_plan_to_apply(service: Service, pbx: Emulator) -> None:
    merge_request(service)
    (service.repository / "tenants" / "klinik.yaml").write_text("tenant: KLINIK\ndestinatons: []\n", encoding="utf-8")
    failed = merge_request(service)
    assert results(failed) == {"plan": ["failed 1"], "no plan": ["success"]}
    assert "There is no plan" in service.notes[0]["body"]
    report = json.loads((failed["plan"][0].folder or service.root).joinpath("gl-code-quality-report.json").read_text())
    assert report[0]["location"]["path"] == "tenants/klinik.yaml"
    pbx.clear_log()
    refused = merge(service)["apply"][0]
    assert refused.result == "failed 1"
    assert 'has not succeeded. Use "Run pipeline" to make a new plan.' in refused.log
    assert pbx.log == []


def test_a_commit_without_a_merge_request_applies_nothing(service: Service, pbx: Emulator) -> None:
    refused = Pipeline(service, {"CI_PIPELINE_SOURCE": "push", **MAIN}).all()["apply"][0]
    assert refused.result == "failed 1"
    assert "has no merge request, so there is no plan" in refused.log
    assert pbx.log == []


def test_the_nightly_job_tells_drift_from_not_knowing(service: Service, pbx: Emulator) -> None:
    nightly = {"CI_PIPELINE_SOURCE": "schedule", **MAIN}
    assert results(Pipeline(service, nightly).all()) == {"drift": ["failed 2"]}
    pbx.revoke(READ)
    assert results(Pipeline(service, nightly).all()) == {"drift": ["failed 1"]}
