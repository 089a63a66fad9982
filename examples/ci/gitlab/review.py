"""What the jobs need of GitLab's API. Goes to .gitlab/review.py; needs nothing but Python.

comment FILE    puts the file into the merge request, in place of the comment that it put there before
fetch FOLDER    gets the plans that were made for the merge request of this commit
"""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

MARKER = "<!-- pbxsync-plan -->"
SECONDS = 60


def main() -> None:
    """Do what the command line says."""
    verb, path = sys.argv[1:]
    {"comment": comment, "fetch": fetch}[verb](Path(path))


def comment(file: Path) -> None:
    """Change our comment in the merge request, or write the first one. Its hidden first line tells it from all others."""
    body = file.read_text(encoding="utf-8")
    notes = f"merge_requests/{os.environ['CI_MERGE_REQUEST_IID']}/notes"
    ours = [note["id"] for note in pages(notes) if note["body"].startswith(MARKER)]
    if ours:
        call("PUT", f"{notes}/{ours[-1]}", {"body": body})
    else:
        call("POST", notes, {"body": body})


def fetch(folder: Path) -> None:
    """Unpack what the plan jobs left in the newest pipeline of the merge request that this commit came with."""
    found = read(f"repository/commits/{os.environ['CI_COMMIT_SHA']}/merge_requests")
    merged = [request["iid"] for request in found if request["state"] == "merged"]
    if not merged:
        sys.exit("This commit came without a merge request, so there is no plan: use Run pipeline.")
    runs = [run for run in pages(f"merge_requests/{merged[0]}/pipelines") if run["source"] == "merge_request_event"]
    newest = max(runs, key=lambda run: int(run["id"]), default=None)
    if newest is None or newest["status"] != "success":
        sys.exit(f"The newest pipeline of merge request !{merged[0]} has not succeeded: use Run pipeline.")
    jobs = [job for job in pages(f"pipelines/{newest['id']}/jobs") if job["name"].partition(" ")[0] == "plan"]
    for job in jobs:
        with zipfile.ZipFile(io.BytesIO(call("GET", f"jobs/{job['id']}/artifacts"))) as archive:
            archive.extractall(folder)


def pages(path: str) -> list[dict[str, Any]]:
    """Return the rows of all pages of a list, from the oldest to the newest where it is one of notes."""
    rows: list[dict[str, Any]] = []
    while True:
        page = read(f"{path}?{urlencode({'per_page': 100, 'page': len(rows) // 100 + 1, 'sort': 'asc'})}")
        rows += page
        if len(page) < 100:
            return rows


def read(path: str) -> Any:
    """Return the answer to a GET as JSON."""
    return json.loads(call("GET", path))


def call(method: str, path: str, fields: dict[str, str] | None = None) -> bytes:
    """Send one request below this project; raises urllib's HTTPError."""
    url = f"{os.environ['CI_API_V4_URL']}/projects/{os.environ['CI_PROJECT_ID']}/{path}"
    request = Request(url, None if fields is None else json.dumps(fields).encode(), method=method)
    request.add_header("Content-Type", "application/json")
    # Downloads are redirected to a store of files, to which the token must not go.
    request.add_unredirected_header("PRIVATE-TOKEN", os.environ["REVIEW_TOKEN"])
    with urlopen(request, timeout=SECONDS) as answer:
        content: bytes = answer.read()
    return content


if __name__ == "__main__":
    main()
