"""Runs the recipes for GitHub with act: their triggers, conditions, matrices, needs and outputs.

What GitHub itself does is imitated: checkouts and artifacts (tests/recipes/actions/), its API (gh.py), and which secrets
an environment gives to a job. act does not know environments, so a run gets the secrets of those that its event leads to.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.examples.reseller import READ, SECRET, WRITE
from tests.recipes.tools import JOB, PIP, requirements
from tests.support.command import ROOT
from tests.support.repo import Repo

if TYPE_CHECKING:
    from pathlib import Path

RECIPES = ROOT / "examples/ci/github"
ACTIONS = ROOT / "tests/recipes/actions"
TOKEN = "the-job-token-3c1"
PROJECTS = '[{ "name": "pbx", "folder": "." }]'
#: Keeps what each step prints, because act loses the last lines of a step if the machine is busy.
BASH = """#!/bin/sh
if [ -n "$LOGGED" ]; then exec /bin/bash "$@"; fi
export LOGGED=1
exec /bin/bash -c '/bin/bash "$@" 2>&1 | tee -a "$STATE/logs/$GITHUB_RUN_ID-$GITHUB_JOB"; exit "${PIPESTATUS[0]}"' - "$@"
"""


@dataclass
class Run:
    """How a run of a workflow ended. `jobs` has the result of each job that was run, whatever its matrix."""

    number: int
    jobs: dict[str, str] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=lambda: defaultdict(str))
    summaries: dict[str, str] = field(default_factory=lambda: defaultdict(str))


class GitHub:
    """A repository on GitHub: its branches and pull requests, the settings of its environments, what its API answers."""

    def __init__(self, root: Path, act: Path, url: str) -> None:
        self.root, self._act = root, act
        self.state = root / "state"
        (self.state / "artifacts").mkdir(parents=True)
        for name, value in (("comments", {}), ("pulls", []), ("runs", [])):
            self.write(name, value)
        self.variables = {
            "PBXSYNC_URL": url,
            "PBXSYNC_ALLOWED_URLS": url.split("/")[2],
            "PBXSYNC_ALLOWED_VARIABLES": "PBXSYNC_READ_KEY PBXSYNC_WRITE_KEY AI_API_KEY",
        }
        self.repo = Repo(root / "work")
        self.repo.git("init", "-q", "--bare", "-b", "main", str(self.state / "origin.git"))
        self.repo.git("remote", "add", "origin", str(self.state / "origin.git"))
        self.repo.git("-C", str(self.state / "origin.git"), "config", "uploadpack.allowAnySHA1InWant", "true")
        (self.repo.path / "requirements.txt").write_text(requirements(), encoding="utf-8")
        self._install_stubs()

    def add_recipe(self, name: str, *changes: tuple[str, str]) -> None:
        """Copy a recipe, with the variable of the sensitive param that it only has as a comment."""
        text = (RECIPES / name).read_text(encoding="utf-8").replace("# AI_API_KEY:", "AI_API_KEY:")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        target = self.repo.path / ".github/workflows" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def push(self, branch: str, message: str = "Change tenants") -> str:
        """Commit everything to a branch, made if it does not exist, and push it, without a run."""
        if branch != self.repo.git("branch", "--show-current"):
            self.repo.git("switch", "-q", "-c", branch)
        commit = self.repo.commit(message)
        self.repo.git("push", "-q", "-f", "origin", branch)
        return commit

    def pull_request(self, number: int, branch: str, base: str = "main", *, fork: bool = False) -> Run:
        """Open a pull request, or push another commit to it."""
        head = self.repo.git("rev-parse", branch)
        owner = {"full_name": "mallory/pbx" if fork else "acme/pbx"}
        row = {"number": number, "head": {"sha": head, "ref": branch, "repo": owner}, "base": {"ref": base}}
        pulls = [pull for pull in self.read("pulls") if pull["number"] != number]
        self.write("pulls", [*pulls, row | {"merge_commit_sha": None, "merged_at": None}])
        checkout = self._checkout(base)
        checkout.git("merge", "-q", "--no-ff", "-m", f"Merge {head}", head)
        checkout.git("push", "-q", "-f", "origin", f"HEAD:refs/pull/{number}/merge")
        secrets = {} if fork else {"PBXSYNC_READ_KEY": READ, "AI_API_KEY": SECRET}
        event = {"number": number, "pull_request": row}
        return self._run(checkout, "pull_request", event, {} if fork else self.variables, secrets, head)

    def merge(self, number: int) -> str:
        """Merge a pull request into its base, without a run, and return the commit."""
        pulls = self.read("pulls")
        (row,) = (pull for pull in pulls if pull["number"] == number)
        checkout = self._checkout(row["base"]["ref"])
        checkout.git("merge", "-q", "--no-ff", "-m", f"Merge pull request #{number} from acme/x", row["head"]["sha"])
        checkout.git("push", "-q", "origin", row["base"]["ref"])
        row |= {"merge_commit_sha": checkout.git("rev-parse", "HEAD"), "merged_at": "2026-05-04T09:30:00Z"}
        self.write("pulls", pulls)
        self.repo.git("fetch", "-q", "origin")
        return str(row["merge_commit_sha"])

    def main(self, event: str = "push", workflow: str = "pbxsync.yml", commit: str | None = None) -> Run:
        """Run a workflow for the main branch, as it is now or at an earlier commit."""
        checkout = self._checkout("main")
        if commit is not None:
            checkout.git("reset", "-q", "--hard", commit)
        secrets = {"PBXSYNC_READ_KEY": READ, "PBXSYNC_WRITE_KEY": WRITE, "AI_API_KEY": SECRET}
        return self._run(checkout, event, {}, self.variables, secrets, checkout.git("rev-parse", "HEAD"), workflow)

    def merged(self, number: int = 7) -> Run:
        """Merge a pull request into the main branch, and return the run of that push."""
        self.merge(number)
        return self.main()

    def comments(self, number: int = 7) -> list[str]:
        return [comment["body"] for comment in self.read("comments").get(str(number), [])]

    def artifact(self, run: Run, name: str) -> dict[str, str]:
        """Return the files of an artifact; none if it does not exist."""
        folder = self.state / "artifacts" / str(run.number) / name
        return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}

    def read(self, name: str) -> Any:
        return json.loads((self.state / f"{name}.json").read_text(encoding="utf-8"))

    def write(self, name: str, value: Any) -> None:
        (self.state / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")

    def _install_stubs(self) -> None:
        (self.state / "logs").mkdir()
        stub = f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m tests.recipes.gh "$@"\n'
        (self.root / "bin").mkdir()
        for name, script in {"gh": stub, "artifact": stub, "bash": BASH}.items():
            (self.root / "bin" / name).write_text(script, encoding="utf-8")
            (self.root / "bin" / name).chmod(0o755)

    def _checkout(self, branch: str) -> Repo:
        """Return a clone in which a branch is checked out; act reads the workflow and the commit from it."""
        folder = self.root / "checkouts" / str(len(list((self.root / "checkouts").glob("*"))))
        checkout = Repo(folder)
        checkout.git("remote", "add", "origin", str(self.state / "origin.git"))
        checkout.git("fetch", "-q", "origin")
        checkout.git("checkout", "-q", "-B", branch, f"origin/{branch}")
        return checkout

    def _run(
        self,
        checkout: Repo,
        event: str,
        payload: dict[str, Any],
        variables: dict[str, str],
        secrets: dict[str, str],
        head: str,
        workflow: str = "pbxsync.yml",
    ) -> Run:
        run = Run(9001 + len(self.read("runs")))
        payload_file = self.root / "event.json"
        payload_file.write_text(json.dumps(payload | {"repository": {"full_name": "acme/pbx"}}), encoding="utf-8")
        used = set(re.findall(r"uses: (actions/([a-z-]+)@\w+)", (RECIPES / "pbxsync.yml").read_text(encoding="utf-8")))
        secrets = secrets | {"GITHUB_TOKEN": TOKEN}
        environ = {"STATE": str(self.state), "GITHUB_RUN_ID": str(run.number), "GITHUB_REPOSITORY": "acme/pbx"}
        environ |= {"NO_COLOR": "1", **PIP}
        ended = subprocess.run(
            [
                *(self._act, event, "--json", "--insecure-secrets", "--no-skip-checkout", "--no-cache-server"),
                *("-W", f".github/workflows/{workflow}", "-P", "ubuntu-latest=-self-hosted", "-e", payload_file),
                *(word for name, value in environ.items() for word in ("--env", f"{name}={value}")),
                *(word for name, value in variables.items() for word in ("--var", f"{name}={value}")),
                *(word for name, value in secrets.items() for word in ("-s", f"{name}={value}")),
                *(
                    word
                    for action, name in sorted(set(used))
                    for word in ("--local-repository", f"{action}={ACTIONS / name}")
                ),
            ],
            cwd=checkout.path,
            env={
                "PATH": os.pathsep.join([str(self.root / "bin"), str(JOB), os.environ["PATH"]]),
                "HOME": str(self.root / "home"),
                "LANG": "C.UTF-8",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=110,
            check=False,
        )
        for line in ended.stdout.splitlines():
            if line.startswith("{"):
                note(run, json.loads(line))
            else:
                assert re.match("Error: Job '.*' failed$|Error: yaml: unmarshal errors", line), line
        for file in (self.state / "logs").glob(f"{run.number}-*"):
            run.logs[file.name.partition("-")[2]] = file.read_text(encoding="utf-8")
        conclusion = "failure" if "failure" in run.jobs.values() else "success"
        row = {"id": run.number, "event": event, "head_sha": head, "conclusion": conclusion}
        self.write("runs", [row | {"path": f".github/workflows/{workflow}"}, *self.read("runs")])
        shutil.rmtree(self.root / "home", ignore_errors=True)
        return run


def note(run: Run, line: dict[str, Any]) -> None:
    """Take what a line of act's log says about a run."""
    job = line.get("jobID", "")
    if line["level"] == "fatal":
        # act works out the matrix of a job that it is going to skip, which has no needs to take it from.
        assert "cannot unmarshal !!str `${{ fro" in line["msg"], line["msg"]
    elif line.get("command") == "summary":
        run.summaries[job] += line["content"]
    elif "jobResult" in line and run.jobs.get(job) != "failure":
        run.jobs[job] = line["jobResult"]
