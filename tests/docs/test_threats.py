"""The threat model of CI is true: each attack that it calls stopped names a test, and the test exists."""

from __future__ import annotations

import re

import pytest

from tests.support.command import ROOT

PAGE = (ROOT / "docs" / "ci-threats.md").read_text(encoding="utf-8")
STOPPED = PAGE.partition("## Attacks that are stopped")[2].partition("## What remains")[0]
#: The file of the tests in a table, named before it, and the rows of the table.
TABLES = re.findall(
    r"^###[^\n]*\n\n(?:All tests are in `(tests/\S+\.py)`[^|]*)?((?:\|[^\n]*\n)+)", STOPPED, re.MULTILINE
)
ROWS = [(file, *row.strip("|\n ").split(" | ")) for file, table in TABLES for row in table.splitlines()[2:]]


def test_every_table_is_read() -> None:
    assert len(ROWS) == len(re.findall(r"^\|", STOPPED, re.MULTILINE)) - 2 * len(
        re.findall(r"^###", STOPPED, re.MULTILINE)
    )
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1][:60])
def test_an_attack_that_is_stopped_names_its_test(row: tuple[str, str, str, str]) -> None:
    default, _, stopped_by, tests = row
    assert stopped_by
    file, named = default, 0
    for path, test in re.findall(r"`(tests/\S+\.py)`|`(test_\w+)`", tests):
        if path:
            file = path
            continue
        named += 1
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file} has no {test}"
    assert named
