from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator
from tests.apply.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A project folder and a PBX with the usual types and nothing else."""
    with Emulator(demo=False) as pbx:
        yield Stage(tmp_path, pbx)
