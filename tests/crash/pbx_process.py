"""A PBX in a process of its own that stays alive, and clients that do not."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pbxsync.emulator import Emulator
from pbxsync.journal.read import Logged, read_journal
from tests.crash import client
from tests.support.command import COMMAND

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from typing_extensions import Self

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.crash.client"])


@dataclass
class Arena:
    """`folder` holds all: the PBX's data and log, and a project folder for each tenant. Use it in a `with`."""

    folder: Path
    dialect: str = "default"
    latency: float = 2.0
    environ: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        data = self.folder / "pbx.db"
        self.hands = Emulator(data, demo=False)  # on the same file: it puts and looks, and serves nobody
        self.hands.start()
        log = str(self.folder / "log.jsonl")
        words = ["emulator", "--db", str(data), "--log", log, "--no-demo", "--dialect", self.dialect]
        keys = ["--read-key", "read-key-of-arena", "--write-key", "write-key-of-arena"]
        self._process = subprocess.Popen(
            [str(COMMAND), *words, *keys, "--latency", str(self.latency)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.environ = {
            "PBXSYNC_URL": self._process.stdout.readline().strip(),
            "PBXSYNC_READ_KEY": "read-key-of-arena",
            "PBXSYNC_WRITE_KEY": "write-key-of-arena",
        }
        self._log = (self.folder / "log.jsonl").open(encoding="utf-8")
        self._seen: list[dict[str, Any]] = []
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()
        self._log.close()
        self.hands.stop()

    def start(self, project: Path, *words: str) -> BaseProcess:
        """Start a client in a project folder."""
        process = _CONTEXT.Process(target=client.main, args=(project, self.environ, words))
        process.start()
        return process

    def run(self, project: Path, *words: str) -> int:
        """Run a client to its end and return its status."""
        process = self.start(project, *words)
        process.join(60)
        assert process.exitcode is not None, "it hangs"
        return process.exitcode

    def settle(self) -> None:
        """Wait until the PBX has carried out all that killed clients have asked of it."""
        url = urlsplit(self.environ["PBXSYNC_URL"])
        quiet = 0
        while quiet < 2:
            line = http.client.HTTPConnection(url.hostname or "", url.port)
            line.request("GET", f"{url.path}?reqtype=COUNTCALLS&key=read-key-of-arena")
            line.getresponse().read()
            line.close()
            self._read_log()
            last = [each for each in self._seen if each["reqtype"] == "COUNTCALLS"][-1]
            quiet = quiet + 1 if last["in_flight"] == 1 else 0

    def commits(self, tenant: str) -> list[dict[str, Any]]:
        """Return the writes of a tenant that the PBX has carried out, in their order."""
        self._read_log()
        found = [each for each in self._seen if each["tenant"] == tenant and each["committed"]]
        return sorted(found, key=lambda each: each["n"])

    def forget(self) -> None:
        """Forget the requests so far."""
        self._read_log()
        self._seen = self._seen[-1:]

    def _read_log(self) -> None:
        self._seen += [json.loads(line) for line in self._log]


def journals(project: Path) -> list[Logged]:
    """Return the journals of a project folder that hold a run, the oldest first."""
    paths = sorted((project / ".pbxsync" / "journal").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
    return [read_journal(path) for path in paths if b"\n" in path.read_bytes()]
