"""A PBX in a process of its own, which outlives the clients that are killed."""

from __future__ import annotations

import http.client
import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pbxsync.emulator import Emulator
from tests.support.command import COMMAND, clean_environ
from tests.support.unread import left_connections
from tests.support.waiting import until
from tests.support.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Self

_READ_KEY, _WRITE_KEY = "read-key-of-crash-tests", "write-key-of-crash-tests"


@dataclass
class PbxProcess:
    """`folder` holds the PBX's data and log, and a folder for each workspace. Use it in a `with`."""

    folder: Path
    dialect: str = "default"
    latency: float = 2.0

    def __enter__(self) -> Self:
        data = self.folder / "pbx.db"
        self.store = Emulator(data, demo=False)  # on the same file: to put rows and look at them; it serves nobody
        self.store.start()
        log = str(self.folder / "log.jsonl")
        words = ["emulator", "--db", str(data), "--log", log, "--no-demo", "--dialect", self.dialect]
        keys = ["--read-key", _READ_KEY, "--write-key", _WRITE_KEY]
        self._process = subprocess.Popen(
            [str(COMMAND), *words, *keys, "--latency", str(self.latency)],
            env=clean_environ(self.folder),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self._log = (self.folder / "log.jsonl").open(encoding="utf-8")
        self._seen: list[dict[str, Any]] = []
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()
        self._log.close()
        self.store.stop()

    def workspace(self, name: str) -> Workspace:
        """Return a new workspace that is connected to the PBX."""
        workspace = Workspace(self.folder / name)
        workspace.folder.mkdir()
        workspace.connect(self.url, _READ_KEY, _WRITE_KEY)
        return workspace

    def settle(self) -> None:
        """Wait until the PBX has carried out everything that the killed clients asked of it."""
        url = urlsplit(self.url)
        quiet = 0
        while quiet < 2:
            connection = http.client.HTTPConnection(url.hostname or "", url.port)
            connection.request("GET", f"{url.path}?reqtype=COUNTCALLS&key={_READ_KEY}")
            connection.getresponse().read()
            connection.close()
            self._read_log()
            last = [request for request in self._seen if request["reqtype"] == "COUNTCALLS"][-1]
            quiet = quiet + 1 if last["in_flight"] == 1 else 0
        until(lambda: left_connections(self.url) == 0)

    def commits(self, tenant: str) -> list[dict[str, Any]]:
        """Return the writes of a tenant that the PBX has carried out, in their order."""
        self._read_log()
        commits = [request for request in self._seen if request["tenant"] == tenant and request["committed"]]
        return sorted(commits, key=lambda request: request["n"])

    def forget(self) -> None:
        """Forget the requests so far."""
        self._read_log()
        self._seen = self._seen[-1:]

    def _read_log(self) -> None:
        self._seen += [json.loads(line) for line in self._log]
