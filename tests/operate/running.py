"""Runs command lines in this process, as `pbxsync` would, and keeps what they wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pbxsync.cli import run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from pbxsync.emulator import Emulator


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit status and what it wrote."""

    status: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.raw)


@dataclass
class CommandLine:
    """A folder to run commands in."""

    folder: Path
    environment: pytest.MonkeyPatch
    _captured: pytest.CaptureFixture[bytes]

    def __call__(self, *words: str) -> Ran:
        self._captured.readouterr()
        status = run(words)
        out, err = self._captured.readouterr()
        return Ran(status, out, err.decode())

    def connect(self, pbx: Emulator) -> None:
        self.environment.setenv("PBXSYNC_URL", pbx.url)
        self.environment.setenv("PBXSYNC_READ_KEY", pbx.read_key)
        self.environment.setenv("PBXSYNC_WRITE_KEY", pbx.write_key)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path
