"""A folder as an operator has it: tenant files, a project file, an environment with keys, and the command."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pbxsync.cli.main import run
from pbxsync.emulator import Emulator
from tests.support.hidden import forms_of
from tests.support.tenantfile import tenant_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pytest

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).parent / "pbxsync"
#: What would steer the command from outside a test.
_FOREIGN = ("PBXSYNC_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@dataclass(frozen=True)
class Ran:
    """How one run of the command ended, and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """Both streams."""
        return self.out + self.err

    @property
    def last(self) -> str:
        """The last line of the result."""
        return self.out.rstrip("\n").rpartition("\n")[2]


def put(folder: Path, name: str, text: str) -> Path:
    """Write a file below a folder, and the folders that lead to it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class Workdir:
    """A working directory of its own for one test; `path` is the current folder of the test while it lasts.

    Whatever runs here is held to what must hold for every run: no key in what it writes, none of Python's tracebacks,
    and one of the four exit statuses.
    """

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self.keys: set[str] = set()
        self._monkeypatch = monkeypatch
        self._capfd = capfd
        monkeypatch.chdir(path)
        monkeypatch.setenv("HOME", str(path))
        for name in list(os.environ):
            if name.upper().startswith(_FOREIGN):
                monkeypatch.delenv(name)

    def set(self, **variables: str) -> None:
        """Set environment variables for what runs here."""
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def write(self, name: str, text: str) -> Path:
        """Write a file below the folder."""
        return put(self.path, name, text)

    def tenant(self, code: str, *destinations: Mapping[str, Any], **settings: str) -> Path:
        """Write `tenants/CODE.yaml` with these destinations; params is a list or a mapping."""
        return self.write(f"tenants/{code}.yaml", tenant_text(code, destinations, **settings))

    def connect(self, url: str, read_key: str | None, write_key: str | None) -> None:
        """Let the environment name a PBX and its keys."""
        self.set(PBXSYNC_URL=url)
        for name, key in (("PBXSYNC_READ_KEY", read_key), ("PBXSYNC_WRITE_KEY", write_key)):
            if key is None:
                self._monkeypatch.delenv(name, raising=False)
            else:
                self.set(**{name: key})
                self.keys.add(key)

    @contextmanager
    def emulator(self, dialect: str = "default", *, faults: Sequence[str] = (), **options: Any) -> Iterator[Emulator]:
        """Run an emulator without the demo world, and connect to it."""
        with Emulator(dialect=dialect, faults=faults, **{"demo": False, **options}) as pbx:
            self.connect(pbx.url, pbx.read_key, pbx.write_key)
            yield pbx

    def pbxsync(self, *arguments: str) -> Ran:
        """Run the command in this process, which is quick."""
        self._capfd.readouterr()
        status = run(arguments)
        captured = self._capfd.readouterr()
        return self._held(Ran(status, captured.out, captured.err))

    def process(self, *arguments: str, stdin: str | None = None, timeout: float = 60.0, **variables: str) -> Ran:
        """Run the installed command as a process of its own. Without `stdin` there is no input at all."""
        ended = subprocess.run(
            [COMMAND, *arguments],
            cwd=self.path,
            env=self.environ(**variables),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )
        return self._held(Ran(ended.returncode, ended.stdout, ended.stderr))

    def environ(self, **variables: str) -> dict[str, str]:
        """The environment of a process that is started here."""
        path = os.pathsep.join([str(ROOT / "tests/support/site"), str(ROOT)])
        return {**os.environ, "PYTHONPATH": path, **variables}

    def files(self) -> dict[Path, bytes]:
        """Everything that is below the folder now."""
        return {path: path.read_bytes() for path in sorted(self.path.rglob("*")) if path.is_file()}

    def _held(self, ran: Ran) -> Ran:
        assert "Traceback" not in ran.err, ran.err
        assert "should not have happened" not in ran.err, ran.err
        assert ran.status in {0, 1, 2, 130}, ran
        for form in forms_of(self.keys):
            assert form not in ran.text, f"a key is in what was written: {ran}"
        return ran
