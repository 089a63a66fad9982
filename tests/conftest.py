"""What every test has: no way out of this machine, a folder to work in, an emulated PBX."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.loopback import guard
from tests.support.workdir import Workdir

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxsync.emulator import Emulator

guard()
# A shell has its background jobs ignore ^C, and what they start inherits that; the tests start what is to be interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Workdir:
    """A folder to work in, from which the command can be run."""
    return Workdir(tmp_path, monkeypatch, capfd)


@pytest.fixture
def pbx(workdir: Workdir) -> Iterator[Emulator]:
    """An empty emulated PBX in the usual dialect, whose url and keys are in the environment of `workdir`."""
    with workdir.emulator() as running:
        yield running
