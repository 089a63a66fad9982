"""Applies that are killed at random points lose nothing and double nothing.

PBXSYNC_KILL_ROUNDS is the number of rounds; each has one or two kills. `make kill-test` plays hundreds.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.crash.pbx_process import PbxProcess
from tests.crash.rounds import Tally, play

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = int(os.environ.get("PBXSYNC_KILL_ROUNDS", "24"))


@pytest.mark.timeout(0 if ROUNDS > 24 else 120)
@pytest.mark.parametrize(("dialect", "first"), [("default", 0), ("full,add=none,update=none", 100_000)])
def test_killed_applies_lose_nothing_and_double_nothing(tmp_path: Path, dialect: str, first: int) -> None:
    tally = Tally()
    with PbxProcess(tmp_path, dialect) as pbx:
        for seed in range(first, first + ROUNDS // 2):
            try:
                tally += play(pbx, seed)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}, dialect {dialect}") from error
    print(f"{dialect}: {ROUNDS // 2} rounds, {tally}")
    assert tally.kills > ROUNDS // 4, "the kills must hit"
    assert tally.open, "some of them within a write"
