"""The command line, run in this process or as a process of its own, and what it wrote."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pbxsync.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import TextIO

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).parent / "pbxsync"
#: Every Python process that a test starts loads the guard of tests/support/loopback.py.
GUARDED_PATH = os.pathsep.join([str(ROOT / "tests/support/site"), str(ROOT)])
#: Variables of the developer's own environment that a command may see. The rest could steer it: PBXSYNC_*, proxies, CI.
_KEPT = ("PATH", "TMPDIR", "LANG", "LC_", "COVERAGE_")


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


class Typed(io.StringIO):
    """Standard input that says that it is a terminal, and what is typed there."""

    def isatty(self) -> bool:
        return True


class Captured:
    """Standard output and standard error of this process, down to the file descriptors, in files."""

    def __init__(self, *, out_is_terminal: bool = False, err_is_terminal: bool = False) -> None:
        self._out = _Stream(1, "strict", is_terminal=out_is_terminal)
        self._err = _Stream(2, "backslashreplace", is_terminal=err_is_terminal)

    @property
    def out(self) -> str:
        """What was written to standard output so far."""
        return self._out.read()

    @property
    def err(self) -> str:
        """What was written to standard error so far."""
        return self._err.read()

    @contextmanager
    def active(self) -> Iterator[None]:
        """Capture while the `with` lasts."""
        with pytest.MonkeyPatch.context() as patch, self._out.in_place(), self._err.in_place():
            patch.setattr("sys.stdout", self._out)
            patch.setattr("sys.stderr", self._err)
            yield

    def close(self) -> None:
        """Close the files; what was written can still be read."""
        self._out.close()
        self._err.close()


class _Stream(io.TextIOWrapper):
    def __init__(self, descriptor: int, errors: str, *, is_terminal: bool) -> None:
        file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - closed with the stream
        super().__init__(file, encoding="utf-8", errors=errors, newline="", write_through=True)
        self._descriptor, self._is_terminal = descriptor, is_terminal
        self._lock, self._all = threading.Lock(), ""

    def isatty(self) -> bool:
        return self._is_terminal

    def read(self, *_: Any) -> str:
        """Return all that was written so far, from any thread, also after the end."""
        with self._lock:
            if not self.closed:
                self._all = os.pread(self.fileno(), os.fstat(self.fileno()).st_size, 0).decode(errors="replace")
            return self._all

    def close(self) -> None:
        self.read()
        with self._lock:
            super().close()

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the file descriptor lead to this stream's file."""
        kept = os.dup(self._descriptor)
        os.dup2(self.fileno(), self._descriptor)
        try:
            yield
        finally:
            os.dup2(kept, self._descriptor)
            os.close(kept)


def run_here(
    arguments: Iterable[str], folder: Path, environ: Mapping[str, str], stdin: TextIO | None, captured: Captured
) -> Ran:
    """Run a command line in this process, which is quick, in a folder and with an environment of its own."""
    with pytest.MonkeyPatch.context() as patch, environment(environ), captured.active():
        patch.chdir(folder)
        patch.setattr("sys.stdin", stdin or io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
        status = run(list(arguments))
    return Ran(status, captured.out, captured.err)


def run_process(
    arguments: Iterable[str], folder: Path, environ: Mapping[str, str], stdin: str | None, timeout: float
) -> Ran:
    """Run the installed command as a process of its own. Without `stdin` there is no input at all."""
    ended = subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environ,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def clean_environ(home: Path) -> dict[str, str]:
    """Return an environment without anything that steers the command from outside a test."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
    return {**kept, "HOME": str(home), "PYTHONPATH": GUARDED_PATH}


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Let this process have these variables, and no other ones, while the `with` lasts."""
    before, wanted = dict(os.environ), dict(variables)
    _replace_environ(wanted)
    try:
        yield
    finally:
        _replace_environ(before)


def _replace_environ(variables: Mapping[str, str]) -> None:
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    os.environ.update(variables)
