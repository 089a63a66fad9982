"""What the tests of this folder share: an emulated PBX, a project for it, and the command line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator
from tests.operate.running import CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def pbx() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> CommandLine:
    """The command line in an empty folder, with nothing of pbxsync's in the environment."""
    for name in [name for name in os.environ if name.startswith("PBXSYNC_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return CommandLine(tmp_path, monkeypatch, capfdbinary)


@pytest.fixture
def line(bare: CommandLine, pbx: Emulator) -> CommandLine:
    """The command line in a project whose PBX is `pbx`."""
    bare.connect(pbx)
    return bare
