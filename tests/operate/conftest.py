"""What the tests of this folder share: the demo world of the emulated PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxsync.emulator import Emulator
    from tests.support.workdir import Workdir


@pytest.fixture
def demo(workdir: Workdir) -> Iterator[Emulator]:
    """The demo world, whose url and keys are in the environment of `workdir`."""
    with workdir.emulator(demo=True) as running:
        yield running
