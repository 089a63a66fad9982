"""The emulator that the tests of faults share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator(demo=False) as pbx:
        pbx.put("DEMO", cu_id=67, cu_name="Old fax", cu_param1="1")
        pbx.put("DEMO", cu_id=286, cu_name="Søren", cu_param1="2")
        yield pbx


@pytest.fixture
def pbx(running: Emulator) -> Iterator[Emulator]:
    running.faults.clear()
    running.clear_log()
    yield running
    running.faults.clear()
