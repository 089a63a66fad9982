"""One emulator for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def pbx() -> Iterator[Emulator]:
    with Emulator(demo=False) as running:
        yield running
