"""A folder, a PBX and the command: what a test needs to do what an operator does."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pbxsync.emulator import Emulator
from tests.support.command import COMMAND, Captured, Ran, Typed, clean_environ, run_here, run_process
from tests.support.secret_forms import forms_of
from tests.support.tenantfile import tenant_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, MutableMapping, Sequence
    from pathlib import Path
    from typing import TextIO

    from pbxsync.emulator import LogEntry

#: Time-outs and tries with which a failing PBX costs little time.
QUICK = ("--timeout", "2", "--retries", "2")


class Workspace:
    """A folder with tenant files and a project file, the environment that commands have there, and the PBX they reach.

    Every run is checked for what must always hold: no key in what it writes, no traceback, one of the four statuses.
    """

    def __init__(
        self, folder: Path, pbx: Emulator | None = None, *, environ: MutableMapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.environ = clean_environ(folder) if environ is None else environ
        self.keys: set[str] = set()
        self._pbx = pbx
        self._captured: Captured | None = None
        if pbx is not None:
            self.connect(pbx.url, pbx.read_key, pbx.write_key)

    # The files

    def write(self, name: str, text: str) -> Path:
        """Write a file below the folder, and the folders that lead to it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def tenant(self, code: str, *destinations: Mapping[str, Any], **settings: str) -> Path:
        """Write `tenants/CODE.yaml` with these destinations; params is a list or a mapping."""
        return self.write(f"tenants/{code}.yaml", tenant_text(code, destinations, **settings))

    def tenant_json(self, code: str, *destinations: Mapping[str, Any], **settings: Any) -> Path:
        """Write `tenants/CODE.yaml` as JSON, which is YAML too, with a line for each value."""
        content = {"tenant": code, **settings, "destinations": destinations}
        return self.write(f"tenants/{code}.yaml", json.dumps(content, ensure_ascii=False, indent=1))

    def files(self) -> dict[Path, bytes]:
        """Everything that is below the folder now."""
        return {path: path.read_bytes() for path in sorted(self.folder.rglob("*")) if path.is_file()}

    @property
    def journals(self) -> list[Path]:
        """The journals of the folder, the oldest first."""
        return sorted((self.folder / ".pbxsync/journal").glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)

    # The PBX

    def set(self, **variables: str) -> None:
        """Set environment variables for what runs here."""
        self.environ.update(variables)

    def connect(self, url: str, read_key: str | None, write_key: str | None) -> None:
        """Let the environment name a PBX and its keys."""
        self.set(PBXSYNC_URL=url)
        for name, key in (("PBXSYNC_READ_KEY", read_key), ("PBXSYNC_WRITE_KEY", write_key)):
            if key is None:
                self.environ.pop(name, None)
            else:
                self.set(**{name: key})
                self.keys.add(key)

    @contextmanager
    def emulator(self, dialect: str = "default", *, faults: Sequence[str] = (), **options: Any) -> Iterator[Emulator]:
        """Run an emulator without the demo data, and connect to it."""
        with Emulator(dialect=dialect, faults=faults, **{"demo": False, **options}) as pbx:
            self._pbx = pbx
            self.connect(pbx.url, pbx.read_key, pbx.write_key)
            yield pbx

    @property
    def pbx(self) -> Emulator:
        """The emulated PBX that the workspace was connected to."""
        assert self._pbx is not None
        return self._pbx

    @property
    def asked(self) -> list[tuple[str, str, str, str]]:
        """Every request so far: object, action, tenant, objectid."""
        return [(request.object, request.action, request.tenant, request.objectid) for request in self.pbx.log]

    @property
    def commits(self) -> list[LogEntry]:
        """Every request so far that changed the PBX."""
        return [request for request in self.pbx.log if request.committed]

    @property
    def sent(self) -> list[LogEntry]:
        """Every write so far, whether the PBX acted on it or not."""
        return [request for request in self.pbx.log if request.method == "POST"]

    # The command

    def run(
        self,
        *words: str | Path,
        answer: str | None = None,
        terminal: TextIO | None = None,
        screen: bool = False,
        out_is_terminal: bool = False,
        checked: bool = True,
    ) -> Ran:
        """Run the command in this process. `answer` is typed on a terminal; without it, standard input is empty.

        `terminal` replaces standard input. With `screen` standard error is a terminal. A test that provokes a crash
        on purpose says `checked=False`.
        """
        self._captured = Captured(out_is_terminal=out_is_terminal, err_is_terminal=screen)
        stdin = terminal if answer is None else Typed(answer)
        try:
            ran = run_here(map(str, words), self.folder, self.environ, stdin, self._captured)
        finally:
            self._captured.close()
        return self.check(ran) if checked else ran

    def err_so_far(self) -> str:
        """What the command that runs now, or was the last to run, has written to standard error."""
        assert self._captured is not None
        return self._captured.err

    def process(self, *words: str | Path, stdin: str | None = None, timeout: float = 60.0, **variables: str) -> Ran:
        """Run the installed command as a process of its own. Without `stdin` there is no input at all."""
        environ = {**self.environ, **variables}
        return self.check(run_process(map(str, words), self.folder, environ, stdin, timeout))

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """Start the installed command as a process of its own, without input."""
        return subprocess.Popen(
            [COMMAND, *words],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def apply(self, *words: str | Path) -> Ran:
        """Run `apply --auto-approve` with short time-outs and few tries."""
        return self.run("apply", "--auto-approve", *QUICK, *words)

    def save(self, *words: str | Path, name: str = "change.plan") -> Path:
        """Save a plan and return its path."""
        ran = self.run("plan", "--out", name, *words)
        assert ran.status == 0, ran.text
        return self.folder / name

    def check(self, ran: Ran) -> Ran:
        """Check what must hold for every run."""
        assert "Traceback" not in ran.err, ran.err
        assert "should not have happened" not in ran.err, ran.err
        assert ran.status in {0, 1, 2, 130}, ran
        for form in forms_of(self.keys):
            assert form not in ran.text, f"a key is in what was written: {ran}"
        return ran
