"""Runs the recipe for GitLab with gitlab-ci-local: its rules, needs, matrices, artifacts, environments, child pipelines.

What a runner would do is done here: a checkout that has only the commit of the pipeline, and the upload of artifacts.
"""

from __future__ import annotations

import base64
import itertools
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from tests.recipes.gitlab_api import PROJECT, Api
from tests.support.command import ROOT
from tests.support.repo import Repo

if TYPE_CHECKING:
    from pathlib import Path

RECIPE = ROOT / "examples/ci/gitlab"
#: What ends a job in the summary of a pipeline: ` PASS  plan: [.,1]`, ` FAIL  [after-merge] -> apply: [.]`.
_ENDED = re.compile(r"^ (PASS|FAIL) +(?:\[after-merge\] -> )?(\S.*?) *$", re.MULTILINE)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Pipeline:
    """How a pipeline ended. `jobs` has PASS or FAIL by the name of each job that was run."""

    number: int
    log: str
    jobs: dict[str, str]

    def log_of(self, name: str) -> str:
        """What the jobs of this name printed, without the commands that the runner shows."""
        lines = re.findall(
            rf"^\t*(?:\[after-merge\] -> )?{re.escape(name)}(?:: \[\S*\])? +>(?: (.*))?$", self.log, re.MULTILINE
        )
        return "\n".join(lines)


class GitLab:
    """A project on GitLab: a repository, its settings and what its API answers."""

    def __init__(self, root: Path, api: Api, tools: Path, path: str, variables: dict[str, dict[str, str]]) -> None:
        self.root, self.api, self._tools, self._path = root, api, tools, path
        self.variables = variables
        self.repo = Repo(root / "work")
        self.repo.git("init", "-q", "--bare", "-b", "main", str(root / "origin.git"))
        self.repo.git("remote", "add", "origin", str(root / "origin.git"))
        (self.repo.path / ".gitlab").mkdir()
        shutil.copy(RECIPE / ".gitlab-ci.yml", self.repo.path)
        shutil.copy(RECIPE / "review.py", self.repo.path / ".gitlab")

    def push(self, branch: str, message: str = "Change a tenant") -> str:
        """Commit everything to a branch, made if it does not exist, push it, and return the commit."""
        if not self.repo.git("branch", "--list", branch):
            self.repo.git("switch", "-q", "-c", branch)
        commit = self.repo.commit(message)
        self.repo.git("push", "-q", "-f", "origin", branch)
        return commit

    def merge_request(
        self,
        number: int,
        branch: str,
        target: str = "main",
        *,
        source: str = PROJECT,
        event: str = "detached",
        **more: str,
    ) -> Pipeline:
        """Open a merge request, or push another commit to it."""
        head = self.repo.git("rev-parse", branch)
        row = self.api.merge_requests.setdefault(
            number, {"iid": number, "merge_commit_sha": None, "squash_commit_sha": None}
        )
        row |= {"state": "opened", "target_branch": target, "sha": head, "commits": [head]}
        predefined = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_EVENT_TYPE": event,
            "CI_MERGE_REQUEST_IID": str(number),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": target,
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": source,
            "CI_MERGE_REQUEST_PROJECT_ID": PROJECT,
        }
        ref = {"detached": "head", "merged_result": "merge", "merge_train": "train"}[event]
        return self._run(head, f"refs/merge-requests/{number}/{ref}", predefined | more)

    def merge(self, number: int, branch: str, method: str = "merge") -> str:
        """Merge a merge request into its target by a project's merge method, and return the commit. Runs no pipeline."""
        row = self.api.merge_requests[number]
        self.repo.git("switch", "-q", row["target_branch"])
        if method == "squash":
            self.repo.git("merge", "-q", "--squash", branch)
            row["squash_commit_sha"] = commit = self.repo.commit("Change a tenant")
        elif method == "fast-forward":
            self.repo.git("merge", "-q", "--ff-only", branch)
            commit = row["sha"]
        else:
            message = f"Merge branch '{branch}'\n\nSee merge request acme/pbx!{number}"
            self.repo.git("merge", "-q", "--no-ff", "-m", message, branch)
            row["merge_commit_sha"] = commit = self.repo.git("rev-parse", "HEAD")
        self.repo.git("push", "-q", "origin", row["target_branch"])
        row |= {"state": "merged", "commits": [*row["commits"], commit]}
        return str(commit)

    def main(self, source: str = "push", *, commit: str = "main", approved: bool = True) -> Pipeline:
        """Run a pipeline of the main branch; somebody presses the buttons of its manual jobs, or nobody does."""
        return self._run(self.repo.git("rev-parse", commit), "main", {"CI_PIPELINE_SOURCE": source}, approved=approved)

    def _run(self, commit: str, ref: str, predefined: dict[str, str], *, approved: bool = True) -> Pipeline:
        number = 3000 + len(self.api.pipelines)
        checkout = self._checkout(number, commit, ref)
        recipe = yaml.safe_load((checkout / ".gitlab-ci.yml").read_text(encoding="utf-8"))
        kept = checkout / ".gitlab-ci-local/artifacts"
        self.api.artifacts[number] = {
            name.replace(",", ", "): kept / _safe(name) for job in recipe for name in _names(recipe, job)
        }
        settings = self.root / f"variables-{number}.yml"
        known = {
            "CI_API_V4_URL": self.api.url,
            "CI_PROJECT_ID": PROJECT,
            "CI_PIPELINE_ID": str(number),
            "GITLAB_CI": "true",
        }
        known |= {"CI_DEFAULT_BRANCH": "main"}
        values = {name: {"values": {"*": value}} for name, value in known.items()}
        values |= {name: {"values": scoped} for name, scoped in self.variables.items()}
        settings.write_text(yaml.safe_dump(values), encoding="utf-8")
        command: list[str | Path] = [
            self._tools / "node",
            self._tools / "gitlab-ci-local",
            *("--cwd", ".", "--variables-file", settings, "--home", self.root),
            *("--ignore-predefined-vars", ",".join([*known, *predefined])),
            *("--force-shell-executor", "--shell-isolation", "--no-artifacts-to-source"),
            *(word for name, value in predefined.items() for word in ("--variable", f"{name}={value}")),
            *(word for name in _names(recipe, "apply") if approved for word in ("--manual", name)),
        ]
        ended = subprocess.run(
            command,
            cwd=checkout,
            env={"PATH": self._path, "HOME": str(self.root), "LANG": "C.UTF-8", "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        log = _ANSI.sub("", ended.stdout)
        jobs = {name: result for result, name in _ENDED.findall(log)}
        failed = any(result == "FAIL" for result in jobs.values())
        row = {"id": number, "ref": ref, "sha": commit, "source": predefined["CI_PIPELINE_SOURCE"]}
        self.api.pipelines.append(row | {"status": "failed" if failed else "success"})
        return Pipeline(number, log, jobs)

    def _checkout(self, number: int, commit: str, ref: str) -> Path:
        """Check out a commit as a runner does: no branch of the origin is there, only the ref of the pipeline."""
        checkout = self.root / f"pipeline-{number}"
        self.repo.git("push", "-q", "origin", f"{commit}:refs/pipelines/{number}")
        self.repo.git("init", "-q", str(checkout))
        for words in (
            ("remote", "add", "origin", str(self.root / "origin.git")),
            ("fetch", "-q", "origin", f"refs/pipelines/{number}"),
            ("checkout", "-q", *(("-B", ref) if "/" not in ref else ("--detach",)), commit),
        ):
            self.repo.git("-C", str(checkout), *words)
        return checkout


def _names(recipe: dict[str, Any], job: str) -> list[str]:
    """Return the names of the jobs that a job's matrix makes: `plan: [.,1]`."""
    if not isinstance(recipe[job], dict) or "parallel" not in recipe[job]:
        return [job]
    (matrix,) = recipe[job]["parallel"]["matrix"]
    return [f"{job}: [{','.join(values)}]" for values in itertools.product(*matrix.values())]


def _safe(name: str) -> str:
    """Return the name of a job's folder: gitlab-ci-local encodes what is not a letter, a digit, `_` or `-`."""
    return re.sub(r"[^\w-]+", lambda part: base64.urlsafe_b64encode(part[0].encode()).decode().rstrip("="), name)
