"""Imitates GitHub for the jobs of a recipe: the few calls of `gh`, and artifacts, on a folder instead of a service.

The folder is $STATE. It has comments.json (lists by number of the pull request), pulls.json and runs.json, both as the API
shows them, and artifacts/RUN/NAME/.
"""

from __future__ import annotations

import argparse
import fcntl
import importlib
import json
import os
import re
import shutil
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = Path(os.environ["STATE"])
REPOSITORY = "repos/acme/pbx/"
BOT = "github-actions[bot]"


def main() -> None:
    """Run what `gh` or an action asks for."""
    command, *arguments = sys.argv[1:]
    if command in ("api", "run") and not os.environ.get("GH_TOKEN"):
        sys.exit("gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.")
    with (STATE / "lock").open("w") as lock:  # jobs run at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        {"api": api, "run": download_by_name, "upload": upload, "download": download}[command](arguments)


def read(name: str) -> Any:
    return json.loads((STATE / f"{name}.json").read_text(encoding="utf-8"))


def write(name: str, value: Any) -> None:
    (STATE / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")


def api(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("path")
    parser.add_argument("--method")
    parser.add_argument("--paginate", action="store_true")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--field", action="append", default=[])
    parser.add_argument("--jq")
    given = parser.parse_args(arguments)
    fields = dict(field_of(*field.split("=", 1)) for field in given.field)
    method = given.method or ("POST" if fields else "GET")
    url = urlsplit(given.path)
    if not url.path.startswith(REPOSITORY):
        sys.exit(f"gh: HTTP 404: {given.path}")
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    reply = answer(method, url.path.removeprefix(REPOSITORY), query, fields)
    if given.jq:
        # jq's binding has no types.
        for result in importlib.import_module("jq").compile(given.jq).input_value(reply).all():
            print(result if isinstance(result, str) else json.dumps(result))
    elif not given.silent:
        print(json.dumps(reply))


def field_of(name: str, value: str) -> tuple[str, str]:
    return name, Path(value[1:]).read_text(encoding="utf-8") if value.startswith("@") else value


def answer(method: str, path: str, query: dict[str, str], fields: dict[str, str]) -> Any:
    """Answer a request. GET requests have no side effect."""
    if match := re.fullmatch(r"issues/(\d+)/comments", path):
        comments = read("comments")
        listed = comments.setdefault(match[1], [])
        if method == "POST":
            listed.append({"id": sum(map(len, comments.values())) + 1, "user": {"login": BOT}, **fields})
            write("comments", comments)
        return listed
    if method == "PATCH" and (match := re.fullmatch(r"issues/comments/(\d+)", path)):
        comments = read("comments")
        (comment,) = (row for listed in comments.values() for row in listed if row["id"] == int(match[1]))
        comment.update(fields)
        write("comments", comments)
        return comment
    if method == "GET" and (match := re.fullmatch(r"commits/(\w+)/pulls", path)):
        return [row for row in read("pulls") if match[1] in (row["merge_commit_sha"], row["head"]["sha"])]
    if method == "GET" and path == "actions/workflows/pbxsync.yml/runs":
        names = {"event": "event", "head_sha": "head_sha", "status": "conclusion"}
        runs = [row for row in read("runs") if row["path"] == ".github/workflows/pbxsync.yml"]
        return {"workflow_runs": [row for row in runs if all(row[names[key]] == query[key] for key in query)]}
    if method == "GET" and (match := re.fullmatch(r"actions/runs/(\d+)/artifacts", path)):
        folder = STATE / "artifacts" / match[1]
        return {"artifacts": [{"name": item.name, "expired": False} for item in sorted(folder.glob("*"))]}
    sys.exit(f"gh: HTTP 404: {method} {path}")


def download_by_name(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("verb", choices=["download"])
    parser.add_argument("run_id")
    for option in ("--repo", "--name", "--dir"):
        parser.add_argument(option, required=True)
    given = parser.parse_args(arguments)
    folder = STATE / "artifacts" / given.run_id / given.name
    if not folder.is_dir():
        sys.exit("no valid artifacts found to download")
    shutil.copytree(folder, given.dir, dirs_exist_ok=True)


def upload(_: list[str]) -> None:
    files = dict(chosen(os.environ["FILES"].split("\n")))
    if not files:
        sys.exit(int(os.environ["MISSING"] == "error"))
    target = STATE / "artifacts" / os.environ["GITHUB_RUN_ID"] / os.environ["NAME"]
    if target.exists() and os.environ["OVERWRITE"] != "true":
        sys.exit("an artifact with this name already exists on the workflow run")
    shutil.rmtree(target, ignore_errors=True)
    for name, file in files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target / name)


def chosen(paths: list[str]) -> Iterator[tuple[Path, Path]]:
    """Return the files to upload by their names in the artifact."""
    for path in filter(None, paths):
        if path.endswith("/"):
            yield from ((file.relative_to(path), file) for file in Path(path).rglob("*") if file.is_file())
        elif Path(path).is_file():
            yield Path(Path(path).name), Path(path)


def download(_: list[str]) -> None:
    assert os.environ["MERGE"] == "true"
    for folder in (STATE / "artifacts" / os.environ["GITHUB_RUN_ID"]).glob("*"):
        if fnmatchcase(folder.name, os.environ["PATTERN"]):
            shutil.copytree(folder, os.environ["FOLDER"], dirs_exist_ok=True)


if __name__ == "__main__":
    main()
