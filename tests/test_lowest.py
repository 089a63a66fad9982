"""The oldest versions that pyproject.toml allows are the ones that `make lowest` tests."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_lower_bounds_are_the_versions_that_are_tested() -> None:
    bounds = dict(
        re.findall(r'"([a-z0-9]+)>=([0-9.]+)"', (ROOT / "pyproject.toml").read_text().partition("dev = [")[0])
    )
    bounds.pop("hatchling")
    tested = dict(re.findall(r"^([a-z0-9]+)==([0-9.]+)$", (ROOT / "tests/lowest.txt").read_text(), re.MULTILINE))
    assert tested == bounds
