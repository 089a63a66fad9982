"""The oldest libraries that are tested are the oldest that are allowed."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_lower_bounds_are_those_that_are_tested() -> None:
    bounds = dict(re.findall(r'"([a-z]+)>=([0-9.]+)"', (ROOT / "pyproject.toml").read_text().partition("dev = [")[0]))
    bounds.pop("hatchling")
    tested = dict(re.findall(r"^([a-z]+)==([0-9.]+)$", (ROOT / "tests/lowest.txt").read_text(), re.MULTILINE))
    assert tested == bounds
