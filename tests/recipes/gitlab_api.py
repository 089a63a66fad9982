"""The part of GitLab's API that the recipe uses, on loopback: comments, merge requests, pipelines, artifacts of jobs."""

from __future__ import annotations

import io
import json
import re
import threading
import zipfile
from typing import TYPE_CHECKING, Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PROJECT = "42"
TOKEN = "token-of-the-project-9x"
BOT, SOMEBODY = 900, 17  # users


class Api:
    """One project. Tests read and change its lists; use it in a `with`."""

    def __init__(self) -> None:
        self.notes: dict[int, list[dict[str, Any]]] = {}
        self.merge_requests: dict[int, dict[str, Any]] = {}
        self.pipelines: list[dict[str, Any]] = []
        self.artifacts: dict[int, dict[str, Path]] = {}
        """By pipeline: the folder with the artifacts of each of its jobs, once the job has ended."""
        self.tokens_at_the_store: list[str | None] = []

    def __enter__(self) -> Api:
        self._server = make_server("127.0.0.1", 0, self._application, threaded=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/v4"

    def note(self, request: int, body: str, author: int = SOMEBODY) -> dict[str, Any]:
        """Write a comment of a merge request."""
        notes = self.notes.setdefault(request, [])
        notes.append({"id": 500 + len(notes), "body": body, "author": {"id": author}})
        return notes[-1]

    def kept(self, pipeline: int, job: str) -> dict[str, bytes]:
        """What a job kept, by path."""
        folder = self.artifacts[pipeline][job]
        return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    def _jobs(self, pipeline: int) -> dict[str, str]:
        """Return the ids of the jobs that have ended with artifacts, by their names."""
        folders = self.artifacts[pipeline].items()
        return {name: f"{pipeline}{index:02}" for index, (name, folder) in enumerate(folders) if folder.is_dir()}

    def _archive(self, number: str) -> bytes:
        pipeline = int(number[:-2])
        (job,) = (name for name, own in self._jobs(pipeline).items() if own == number)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path, content in self.kept(pipeline, job).items():
                archive.writestr(path, content)
        return packed.getvalue()

    def _application(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith("/store/"):
            self.tokens_at_the_store.append(request.headers.get("PRIVATE-TOKEN"))
            return Response(self._archive(request.path.rpartition("/")[2]))
        if request.headers.get("PRIVATE-TOKEN") != TOKEN:
            return Response("401 Unauthorized", 401)
        if request.path == "/api/v4/user":
            return Response(json.dumps({"id": BOT, "username": "project_42_bot"}), content_type="application/json")
        path = request.path.removeprefix(f"/api/v4/projects/{PROJECT}/")
        if (job := re.fullmatch(r"jobs/(\d+)/artifacts", path)) is not None:
            return Response("", 302, {"Location": f"/store/{job[1]}"})
        return Response(json.dumps(self._rows(request, path)), content_type="application/json")

    def _rows(self, request: Request, path: str) -> Any:
        notes = re.fullmatch(r"merge_requests/(\d+)/notes(?:/(\d+))?", path)
        if notes is not None and request.method == "POST":
            return self.note(int(notes[1]), request.get_json()["body"], BOT)
        if notes is not None and request.method == "PUT":
            (note,) = (note for note in self.notes[int(notes[1])] if note["id"] == int(notes[2]))
            note.update(request.get_json())
            return note
        rows = self.notes.get(int(notes[1]), []) if notes is not None else self._list(path)
        first = 100 * (int(request.args.get("page", "1")) - 1)
        return rows[first : first + 100]

    def _list(self, path: str) -> list[dict[str, Any]]:
        if (commit := re.fullmatch(r"repository/commits/([0-9a-f]{40})/merge_requests", path)) is not None:
            return [row for row in self.merge_requests.values() if commit[1] in row["commits"]]
        if (request := re.fullmatch(r"merge_requests/(\d+)/pipelines", path)) is not None:
            # As GitLab does: with the pipelines of the source branch, whoever started them.
            commits = self.merge_requests[int(request[1])]["commits"]
            return [
                row
                for row in reversed(self.pipelines)
                if row["ref"].startswith(f"refs/merge-requests/{request[1]}/") or row["sha"] in commits
            ]
        (pipeline,) = re.fullmatch(r"pipelines/(\d+)/jobs", path).groups()  # type: ignore[union-attr]
        return [{"id": int(number), "name": name} for name, number in reversed(self._jobs(int(pipeline)).items())]
