"""GitLab API calls for the jobs. Copy it to .gitlab/review.py. It needs only Python.

comment FILE    write the file as a comment of the merge request, replacing our previous one with the same first line
find FILE       find the plan of the merge request that this commit merged; write the pipeline that applies it
fetch FOLDER    download the plan that `find` found
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

TIMEOUT = 60  # seconds


def main() -> None:
    """Run the command."""
    verb, path = sys.argv[1:]
    {"comment": comment, "find": find, "fetch": fetch}[verb](Path(path))


def comment(file: Path) -> None:
    """Update our comment, or write the first one. A comment is ours if this token wrote it and it begins like `file`."""
    body = file.read_text(encoding="utf-8")
    marker = body.partition("\n")[0]
    us = json.loads(call("GET", "/user"))["id"]
    notes = project(f"merge_requests/{os.environ['CI_MERGE_REQUEST_IID']}/notes")
    ours = [
        note["id"] for note in pages(notes) if note["author"]["id"] == us and note["body"].startswith(f"{marker}\n")
    ]
    if ours:
        call("PUT", f"{notes}/{ours[-1]}", {"body": body})
    else:
        call("POST", notes, {"body": body})


def find(file: Path) -> None:
    """Write a child pipeline: this configuration again, told which plan to apply and how many changes it has."""
    if os.environ["CI_PIPELINE_SOURCE"] == "web":
        plan, pipeline = f"main-{os.environ['CI_COMMIT_SHA']}", os.environ["CI_PIPELINE_ID"]
    else:
        plan, pipeline = reviewed()
    documents = [json.loads(text) for text in plans(plan, pipeline).values()]
    changes = sum(len(tenant["changes"]) for document in documents for tenant in document["tenants"])
    path, _, elsewhere = os.environ.get("CI_CONFIG_PATH", ".gitlab-ci.yml").partition("@")
    include = {"project": elsewhere, "file": path} if elsewhere else {"local": path}
    variables = {"REVIEWED_PLAN": plan, "REVIEWED_PIPELINE": pipeline, "CHANGES": str(changes)}
    file.write_text(json.dumps({"include": [include], "variables": variables}), encoding="utf-8")  # JSON is YAML
    print(f"{plan}: {changes} changes, planned by pipeline {pipeline}")  # noqa: T201 - the log of the job


def fetch(folder: Path) -> None:
    """Write the saved plans into `folder`."""
    for name, text in plans(os.environ["REVIEWED_PLAN"], os.environ["REVIEWED_PIPELINE"]).items():
        (folder / name).write_bytes(text)


def reviewed() -> tuple[str, str]:
    """Return the name of the plan that was reviewed before this commit was merged, and the pipeline that made it."""
    commit, branch = os.environ["CI_COMMIT_SHA"], os.environ["CI_DEFAULT_BRANCH"]
    merged = [
        request
        for request in pages(project(f"repository/commits/{commit}/merge_requests"))
        if request["state"] == "merged"
        and request["target_branch"] == branch
        # Merged with a merge commit, squashed, or fast-forwarded.
        and commit == (request["merge_commit_sha"] or request["squash_commit_sha"] or request["sha"])
    ]
    if len(merged) != 1:
        sys.exit(f'No merge request into {branch} ended with this commit, so there is no plan. Use "Run pipeline".')
    number, head = merged[0]["iid"], merged[0]["sha"]
    refs = {f"refs/merge-requests/{number}/{ref}" for ref in ("head", "merge")}
    pipelines = [
        pipeline
        for pipeline in pages(project(f"merge_requests/{number}/pipelines"))
        if pipeline["source"] == "merge_request_event" and pipeline["ref"] in refs
    ]
    newest = max(pipelines, key=lambda pipeline: int(pipeline["id"]), default=None)
    if newest is None or newest["status"] != "success":
        sys.exit(
            f'The newest pipeline of merge request !{number} has not succeeded. Use "Run pipeline" for a new plan.'
        )
    return f"{number}-{head}", str(newest["id"])


def plans(plan: str, pipeline: str) -> dict[str, bytes]:
    """Return the saved plans of a pipeline by file name. Whatever else its artifacts contain is ignored."""
    name = re.compile(rf"\.ci-out/({re.escape(plan)}\.[A-Za-z0-9_-]+\.[0-9]+\.plan)")
    jobs = [
        job for job in pages(project(f"pipelines/{pipeline}/jobs")) if re.fullmatch(r"plan(: \[.*\])?", job["name"])
    ]
    saved: dict[str, bytes] = {}
    for job in jobs:
        with zipfile.ZipFile(io.BytesIO(call("GET", project(f"jobs/{job['id']}/artifacts")))) as archive:
            matches = filter(None, map(name.fullmatch, archive.namelist()))
            saved.update((match[1], archive.read(match[0])) for match in matches)
    if not jobs or len(saved) != len(jobs):
        sys.exit(f'Pipeline {pipeline} did not save the whole plan {plan}. Use "Run pipeline" for a new plan.')
    return saved


def project(path: str) -> str:
    """Return a path below this project."""
    return f"/projects/{os.environ['CI_PROJECT_ID']}/{path}"


def pages(path: str) -> list[dict[str, Any]]:
    """Return the rows of all pages of a list. Notes are ordered from the oldest to the newest."""
    rows: list[dict[str, Any]] = []
    while True:
        query = urlencode({"per_page": 100, "page": len(rows) // 100 + 1, "sort": "asc"})
        page = json.loads(call("GET", f"{path}?{query}"))
        rows += page
        if len(page) < 100:
            return rows


def call(method: str, path: str, fields: dict[str, str] | None = None) -> bytes:
    """Send one request to the API. Raises urllib's HTTPError."""
    body = None if fields is None else json.dumps(fields).encode()
    request = Request(os.environ["CI_API_V4_URL"] + path, body, method=method)
    request.add_header("Content-Type", "application/json")
    # Unredirected: downloads are redirected to a file store, which must not get the token.
    request.add_unredirected_header("PRIVATE-TOKEN", os.environ["REVIEW_TOKEN"])
    with urlopen(request, timeout=TIMEOUT) as answer:
        content: bytes = answer.read()
    return content


if __name__ == "__main__":
    main()
