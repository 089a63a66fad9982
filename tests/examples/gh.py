"""Stands in for GitHub's `gh` when the recipes are tried: the few calls that they make, on a folder instead of a service.

The folder is $GH_STATE. It has comments.json, answers.json (what a GET answers, by path) and artifacts/<run>/<name>/.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

STATE = Path(os.environ["GH_STATE"])


def main() -> None:
    if not os.environ.get("GH_TOKEN"):
        sys.exit("gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.")
    {"api": _api, "run": _run}[sys.argv[1]](sys.argv[2:])


def _api(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("path")
    parser.add_argument("--method")
    parser.add_argument("--paginate", action="store_true")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--field", action="append", default=[])
    parser.add_argument("--jq")
    given = parser.parse_args(arguments)
    fields = dict(_field(*field.split("=", 1)) for field in given.field)
    answer = _answered(given.method or ("POST" if fields else "GET"), given.path, fields)
    if given.jq:
        # jq's binding has no types.
        for found in importlib.import_module("jq").compile(given.jq).input_value(answer).all():
            print(found if isinstance(found, str) else json.dumps(found))
    elif not given.silent:
        print(json.dumps(answer))


def _field(name: str, value: str) -> tuple[str, str]:
    return name, Path(value[1:]).read_text(encoding="utf-8") if value.startswith("@") else value


def _answered(method: str, path: str, fields: dict[str, str]) -> Any:
    comments = json.loads((STATE / "comments.json").read_text(encoding="utf-8"))
    if path.endswith("/issues/7/comments"):
        if method == "GET":
            return comments
        comments.append({"id": 100 + len(comments), **fields})
    elif "/issues/comments/" in path and method == "PATCH":
        (found,) = (each for each in comments if each["id"] == int(path.rpartition("/")[2]))
        found.update(fields)
    elif method == "GET":
        return json.loads((STATE / "answers.json").read_text(encoding="utf-8"))[path]
    else:
        sys.exit(f"gh: HTTP 404: {method} {path}")
    (STATE / "comments.json").write_text(json.dumps(comments), encoding="utf-8")
    return fields


def _run(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("verb", choices=["download"])
    parser.add_argument("run_id")
    for option in ("--repo", "--name", "--dir"):
        parser.add_argument(option, required=True)
    given = parser.parse_args(arguments)
    found = STATE / "artifacts" / given.run_id / given.name
    if not found.is_dir():
        sys.exit("no valid artifacts found to download")
    shutil.copytree(found, given.dir, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
