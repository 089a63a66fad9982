"""A little of GitHub Actions: runs the jobs of a workflow, each in a checkout of its own, with the secrets that it names.

Steps with `run:` are run by bash as on GitHub's machines. Of actions it knows those that the recipes use.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from tests.examples.running import BIN, environment, told
from tests.support.command import ROOT

if TYPE_CHECKING:
    from pathlib import Path

Tree = dict[str, Any]
#: What stands in for commands that would talk to a service; pip, because pbxsync is installed already.
STUBS = {
    "gh": f'exec "{BIN / "python"}" -m tests.examples.gh "$@"',
    "pip": '[ "$*" = "install --requirement requirements.txt" ] && grep -q pbxsync requirements.txt',
}


@dataclass
class Service:
    """What outlives a run: the repository's files and secrets, artifacts, comments, and what the API knows."""

    root: Path
    repository: Path
    secrets: dict[str, str]
    runs: int = 0

    def __post_init__(self) -> None:
        (self.state / "artifacts").mkdir(parents=True)
        self.write("comments", [])
        self.write("answers", {})
        bin_folder = self.root / "bin"
        bin_folder.mkdir()
        for name, script in STUBS.items():
            (bin_folder / name).write_text(f"#!/bin/sh\n{script}\n")
            (bin_folder / name).chmod(0o755)

    @property
    def state(self) -> Path:
        return self.root / "state"

    def write(self, name: str, value: Any) -> None:
        (self.state / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")

    @property
    def comments(self) -> list[str]:
        found = json.loads((self.state / "comments.json").read_text(encoding="utf-8"))
        return [comment["body"] for comment in found]


@dataclass
class Job:
    """How a job ended, and all that it printed."""

    result: str
    log: str = ""
    summary: str = ""
    environments: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Run:
    """One run of a workflow for one event. `event` is what stands in `github`."""

    service: Service
    workflow: Tree
    event: Tree

    def __post_init__(self) -> None:
        self.service.runs += 1
        self.id = str(9000 + self.service.runs)
        self.event = {"repository": "acme/pbx", "token": "the-job-token", "run_id": self.id, **self.event}
        self.jobs: dict[str, Job] = {}

    def all(self) -> dict[str, Job]:
        """Run all jobs in the order of the file, which is one that they may be run in."""
        for name, job in self.workflow["jobs"].items():
            self.jobs[name] = self._job(name, job)
        return self.jobs

    def _job(self, name: str, job: Tree) -> Job:
        needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        condition = job.get("if", "success()")
        ready = all(self.jobs[need].result == "success" for need in needs) or "cancelled()" in condition
        if not ready or not self._holds(condition, {}, good=True):
            return Job("skipped")
        values = job.get("strategy", {}).get("matrix", {"": [""]})
        ((key, several),) = values.items()
        parts = [self._steps(f"{name}-{value}", job, {key: value}) for value in several]
        result = "success" if all(part.result == "success" for part in parts) else "failure"
        return Job(
            result,
            "".join(part.log for part in parts),
            "".join(part.summary for part in parts),
            [each for part in parts for each in part.environments],
        )

    def _steps(self, name: str, job: Tree, matrix: dict[str, str]) -> Job:
        folder = self.service.root / f"run-{self.id}" / name
        folder.mkdir(parents=True)
        done = Job("success")
        context: Tree = {"matrix": matrix, "env": {}}
        context["env"] = {key: self._filled(value, context) for key, value in self.workflow.get("env", {}).items()}
        for step in job["steps"]:
            if self._holds(step.get("if", "success()"), context, good=done.result == "success"):
                status = self._step(step, folder, context, done)
                done.result = "failure" if status else done.result
        return done

    def _step(self, step: Tree, folder: Path, context: Tree, done: Job) -> int:
        if "uses" in step:
            given = {key: self._filled(value, context) for key, value in step.get("with", {}).items()}
            return self._action(step["uses"].partition("@")[0], given, folder)
        summary = folder.parent / f"{folder.name}.summary"
        own = {key: self._filled(value, context) for key, value in step.get("env", {}).items()}
        path = environment()["PATH"]
        variables = environment(
            **{**context["env"], **own},
            PATH=f"{self.service.root / 'bin'}:{path}",
            GH_STATE=str(self.service.state),
            CI="true",
            GITHUB_ACTIONS="true",
            GITHUB_STEP_SUMMARY=str(summary),
            GITHUB_WORKSPACE=str(folder),
            GITHUB_REPOSITORY=self.event["repository"],
            GITHUB_EVENT_NAME=self.event["event_name"],
            GITHUB_SHA=self.event["sha"],
            GITHUB_RUN_ID=self.id,
        )
        done.environments.append(own)
        ended = told(folder, variables, "bash", "-e", "-c", step["run"])
        done.log += ended.stdout
        done.summary = summary.read_text(encoding="utf-8") if summary.exists() else ""
        return ended.returncode

    def _action(self, name: str, given: dict[str, str], folder: Path) -> int:
        artifacts = self.service.state / "artifacts" / self.id
        if name == "actions/checkout":
            shutil.copytree(self.service.repository, folder, dirs_exist_ok=True)
        elif name == "actions/upload-artifact":
            found = folder.glob(given["path"].rstrip("/"))
            files = [file for each in found for file in (each.rglob("*") if each.is_dir() else [each])]
            target = artifacts / given["name"]
            for file in files:
                target.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
            return int(not files and given["if-no-files-found"] == "error")
        elif name == "actions/download-artifact":
            assert given["merge-multiple"] == "true"
            for each in artifacts.glob(given["pattern"]):
                shutil.copytree(each, folder / given["path"], dirs_exist_ok=True)
        else:
            assert name == "actions/setup-python", name
        return 0

    def _filled(self, text: str, context: Tree) -> str:
        """Put in what stands between `${{` and `}}`."""
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(self._value(found[1], context)), text)

    def _holds(self, condition: str, context: Tree, *, good: bool) -> bool:
        text = re.fullmatch(r"\s*(?:\$\{\{)?(.*?)(?:\}\})?\s*", condition, re.DOTALL)
        assert text
        return bool(self._value(text[1], context, success=good))

    def _value(self, expression: str, context: Tree, *, success: bool = True) -> Any:
        """Work an expression out: the operators are Python's under other names."""
        needs = {name: {"result": job.result} for name, job in self.jobs.items()}
        tree: Tree = {"github": self.event, "secrets": self.service.secrets, "needs": needs, **context}
        known = {"success()": str(success), "always()": "True", "!cancelled()": "True", "&&": " and ", "||": " or "}
        words = re.findall(r"'[^']*'|!?\w+\(\)|&&|\|\||[=!]=|[()]|[\w.-]+", expression)
        python = " ".join(
            known.get(word, repr(_looked_up(tree, word)) if re.match(r"\w+\.", word) else word) for word in words
        )
        return eval(python, {"__builtins__": {}})  # noqa: S307 - the expressions of our own recipes


def _looked_up(tree: Tree, dotted: str) -> Any:
    """Return a value by its path; empty where there is none, as on GitHub."""
    value: Any = tree
    for part in dotted.split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    return value


def workflow(name: str) -> Tree:
    """Load a recipe, with the variable of the sensitive param that it only has as a comment."""
    text = (ROOT / "examples" / "ci" / "github" / name).read_text(encoding="utf-8")
    tree: Tree = yaml.load(text.replace("# AI_API_KEY:", "AI_API_KEY:"), yaml.BaseLoader)  # noqa: S506 - texts alone
    return tree
