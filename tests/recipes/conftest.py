"""What the tests of every recipe share. Those that run a recipe need the `tools`, which `make recipes` installs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator
from tests.examples.reseller import READ, WRITE
from tests.recipes.tools import BIN, ENABLED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of the runners and linters."""
    if not ENABLED:
        pytest.skip("needs the runners of CI recipes: `make recipes`")
    assert BIN.is_dir(), "run `make recipes`"
    return BIN


@pytest.fixture
def pbx() -> Iterator[Emulator]:
    """An emulated PBX with the keys of the jobs."""
    with Emulator(read_key=READ, write_key=WRITE) as running:
        yield running
