"""What every test has: no way out of this machine, a folder to work in, an emulated PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.loopback import guard
from tests.support.workdir import Workdir

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxsync.emulator import Emulator

guard()


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Workdir:
    """A folder to work in, from which the command can be run."""
    return Workdir(tmp_path, monkeypatch, capfd)


@pytest.fixture
def pbx(workdir: Workdir) -> Iterator[Emulator]:
    """An empty emulated PBX in the usual dialect, whose url and keys are in the environment of `workdir`."""
    with workdir.emulator() as running:
        yield running
