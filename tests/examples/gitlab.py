"""A little of GitLab: runs the jobs of a pipeline by their rules, and answers what the recipe asks of the API."""

from __future__ import annotations

import io
import json
import re
import shutil
import threading
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.examples.running import environment, told
from tests.support.command import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

RECIPE = ROOT / "examples" / "ci" / "gitlab" / ".gitlab-ci.yml"
TOKEN = "token-of-the-project-9x"
_ALL_JOBS = ("stages", "workflow", "default")


@dataclass
class Job:
    """How a job ended, what it printed, and the folder that it was run in."""

    name: str
    result: str
    log: str = ""
    folder: Path | None = None


class Service:
    """The API, on loopback: notes, merge requests, pipelines with their jobs and artifacts. Use it in a `with`."""

    def __init__(self, root: Path, repository: Path, variables: dict[str, str]) -> None:
        self.root, self.repository, self.variables = root, repository, variables
        self.notes: list[dict[str, Any]] = []
        self.merged: list[dict[str, Any]] = []
        self.pipelines: list[dict[str, Any]] = []
        self.archives: dict[str, bytes] = {}
        self.jobs: dict[str, list[dict[str, str]]] = {}
        self.tokens_at_the_store: list[str | None] = []
        root.mkdir()
        stub = root / "bin" / "pip"
        stub.parent.mkdir()
        stub.write_text(
            '#!/bin/sh\n[ "$*" = "install --quiet --requirement requirements.txt" ] && cat requirements.txt\n'
        )
        stub.chmod(0o755)

    def __enter__(self) -> Service:
        self._server = make_server("127.0.0.1", 0, self._application, threaded=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/v4"

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith("/store/"):
            self.tokens_at_the_store.append(request.headers.get("PRIVATE-TOKEN"))
            return Response(self.archives[request.path.rpartition("/")[2]])
        if request.headers.get("PRIVATE-TOKEN") != TOKEN:
            return Response("401 Unauthorized", 401)
        path = request.path.removeprefix("/api/v4/projects/42/")
        if (found := re.fullmatch(r"jobs/(\d+)/artifacts", path)) is not None:
            return Response("", 302, {"Location": f"/store/{found[1]}"})
        return Response(json.dumps(self._row(request, path)), content_type="application/json")

    def _row(self, request: Request, path: str) -> Any:
        notes = "merge_requests/7/notes"
        if path == notes and request.method == "POST":
            self.notes.append({"id": 500 + len(self.notes), **request.get_json()})
            return self.notes[-1]
        if path.startswith(f"{notes}/") and request.method == "PUT":
            (note,) = (each for each in self.notes if each["id"] == int(path.rpartition("/")[2]))
            note.update(request.get_json())
            return note
        first = 100 * (int(request.args.get("page", "1")) - 1)
        return self._lists()[path][first : first + 100]

    def _lists(self) -> dict[str, list[Any]]:
        jobs: dict[str, list[Any]] = {f"pipelines/{number}/jobs": each for number, each in self.jobs.items()}
        return jobs | {
            "merge_requests/7/notes": self.notes,
            "merge_requests/7/pipelines": [*reversed(self.pipelines)],
            "repository/commits/f00d/merge_requests": self.merged,
        }


@dataclass
class Pipeline:
    """One pipeline. `predefined` are the CI variables by which rules and jobs tell what it is for."""

    service: Service
    predefined: dict[str, str]
    text: str = field(default_factory=lambda: RECIPE.read_text(encoding="utf-8"))

    def __post_init__(self) -> None:
        self.number = str(3000 + len(self.service.jobs))
        self.service.jobs[self.number] = []
        tree = yaml.load(self.text, yaml.BaseLoader)  # noqa: S506 - texts alone
        self.before: list[str] = tree["default"]["before_script"]
        self.tree = {name: job for name, job in tree.items() if name not in _ALL_JOBS}
        self.done: dict[str, list[Job]] = {}

    def all(self) -> dict[str, list[Job]]:
        """Run the jobs that the rules let in, manual ones too, and return them by name, each with its parallel parts."""
        for name, job in self.tree.items():
            when = self._when(job)
            needed = [each if isinstance(each, str) else each["job"] for each in job.get("needs", [])]
            good = all(part.result == "success" for need in needed for part in self.done.get(need, []))
            if (when in {"on_success", "manual"} and good) or (when == "on_failure" and not good):
                total = int(job.get("parallel", "1"))
                self.done[name] = [self._run(name, job, needed, part, total) for part in range(1, total + 1)]
        if self.predefined["CI_PIPELINE_SOURCE"] == "merge_request_event":
            parts = [part for several in self.done.values() for part in several]
            status = "success" if all(part.result == "success" for part in parts) else "failed"
            row = {"id": int(self.number), "source": "merge_request_event", "status": status}
            self.service.pipelines.append(row)
        return self.done

    def _when(self, job: dict[str, Any]) -> str:
        for rule in job["rules"]:
            left, right = (self._side(side.strip()) for side in rule["if"].split("=="))
            if left == right and left:
                return str(rule.get("when", "on_success"))
        return "never"

    def _side(self, text: str) -> str:
        return self.predefined.get(text[1:], "") if text.startswith("$") else text.strip('"')

    def _run(self, name: str, job: dict[str, Any], needed: list[str], part: int, total: int) -> Job:
        folder = self.service.root / self.number / f"{name}-{part}".replace(" ", "-")
        shutil.copytree(self.service.repository, folder)
        for before in (each for need in needed for each in self.done.get(need, [])):
            for path in self.tree[before.name.partition(" ")[0]]["artifacts"]["paths"]:
                if before.folder is not None and (before.folder / path).exists():
                    shutil.copytree(before.folder / path, folder / path, dirs_exist_ok=True)
        shown = f"{name} {part}/{total}" if total > 1 else name
        script = "\n".join([*self.before, *job["script"]])
        ended = told(folder, self._environment(folder, job, part, total), "sh", "-e", "-c", script)
        self._keep(shown, job, folder)
        return Job(shown, "success" if ended.returncode == 0 else f"failed {ended.returncode}", ended.stdout, folder)

    def _environment(self, folder: Path, job: dict[str, Any], part: int, total: int) -> dict[str, str]:
        variables = dict(self.service.variables)
        if job.get("environment") != "pbx":
            variables.pop("PBXSYNC_WRITE_KEY")
        index = {"CI_NODE_INDEX": str(part)} if total > 1 else {}
        path = environment()["PATH"]
        return environment(
            **variables,
            **self.predefined,
            **index,
            PATH=f"{self.service.root / 'bin'}:{path}",
            CI="true",
            GITLAB_CI="true",
            CI_NODE_TOTAL=str(total),
            CI_API_V4_URL=self.service.url,
            CI_PROJECT_ID="42",
            CI_PROJECT_DIR=str(folder),
            REVIEW_TOKEN=TOKEN,
        )

    def _keep(self, name: str, job: dict[str, Any], folder: Path) -> None:
        number = f"{self.number}{len(self.service.jobs[self.number])}"
        self.service.jobs[self.number].insert(0, {"id": number, "name": name})
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path in job.get("artifacts", {}).get("paths", []):
                below = folder / path
                for file in [below] if below.is_file() else sorted(below.rglob("*")):
                    archive.write(file, file.relative_to(folder))
        self.service.archives[number] = packed.getvalue()


def uncommented(text: str, key: str) -> str:
    """Return a recipe with a key that it only has as a comment."""
    return re.sub(rf"# ({re.escape(key)}: )", r"\1", text)
