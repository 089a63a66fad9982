"""GitLab API calls for the jobs. Copy it to .gitlab/review.py. It needs only Python.

comment FILE    write the file as a comment of the merge request, replacing the previous one
fetch FOLDER    download the plans of the merge request that this commit came with
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
TIMEOUT = 60  # seconds


def main() -> None:
    """Run the command."""
    verb, path = sys.argv[1:]
    {"comment": comment, "fetch": fetch}[verb](Path(path))


def comment(file: Path) -> None:
    """Update our comment of the merge request, which is recognised by its hidden first line, or write the first one."""
    body = file.read_text(encoding="utf-8")
    notes = f"merge_requests/{os.environ['CI_MERGE_REQUEST_IID']}/notes"
    ours = [note["id"] for note in pages(notes) if note["body"].startswith(MARKER)]
    if ours:
        call("PUT", f"{notes}/{ours[-1]}", {"body": body})
    else:
        call("POST", notes, {"body": body})


def fetch(folder: Path) -> None:
    """Unpack the artifacts of the plan jobs in the newest pipeline of the merge request that this commit came with."""
    requests = read(f"repository/commits/{os.environ['CI_COMMIT_SHA']}/merge_requests")
    merged = [request["iid"] for request in requests if request["state"] == "merged"]
    if not merged:
        sys.exit('This commit has no merge request, so there is no plan. Use "Run pipeline" to make one.')
    runs = [run for run in pages(f"merge_requests/{merged[0]}/pipelines") if run["source"] == "merge_request_event"]
    newest = max(runs, key=lambda run: int(run["id"]), default=None)
    if newest is None or newest["status"] != "success":
        sys.exit(
            f'The newest pipeline of merge request !{merged[0]} has not succeeded. Use "Run pipeline" to make a new plan.'
        )
    jobs = [job for job in pages(f"pipelines/{newest['id']}/jobs") if job["name"].partition(" ")[0] == "plan"]
    for job in jobs:
        with zipfile.ZipFile(io.BytesIO(call("GET", f"jobs/{job['id']}/artifacts"))) as archive:
            archive.extractall(folder)


def pages(path: str) -> list[dict[str, Any]]:
    """Return the rows of all pages of a list. Notes are ordered from the oldest to the newest."""
    rows: list[dict[str, Any]] = []
    while True:
        page = read(f"{path}?{urlencode({'per_page': 100, 'page': len(rows) // 100 + 1, 'sort': 'asc'})}")
        rows += page
        if len(page) < 100:
            return rows


def read(path: str) -> Any:
    """Return the JSON reply to a GET."""
    return json.loads(call("GET", path))


def call(method: str, path: str, fields: dict[str, str] | None = None) -> bytes:
    """Send one request to the API of this project. Raises urllib's HTTPError."""
    url = f"{os.environ['CI_API_V4_URL']}/projects/{os.environ['CI_PROJECT_ID']}/{path}"
    request = Request(url, None if fields is None else json.dumps(fields).encode(), method=method)
    request.add_header("Content-Type", "application/json")
    # Unredirected: downloads are redirected to a file store, which must not get the token.
    request.add_unredirected_header("PRIVATE-TOKEN", os.environ["REVIEW_TOKEN"])
    with urlopen(request, timeout=TIMEOUT) as answer:
        content: bytes = answer.read()
    return content


if __name__ == "__main__":
    main()
