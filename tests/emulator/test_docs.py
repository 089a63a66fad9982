"""docs/emulator.md says what the code does: its tables are the code's own, its examples are understood."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pbxsync.emulator import Dialect, FaultSpec, dialect_reference, fault_reference

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", [dialect_reference(), fault_reference()], ids=["dialects", "faults"])
def test_the_page_has_the_tables_of_the_code(table: str) -> None:
    assert table in PAGE


def test_every_fault_and_dialect_that_the_page_orders_is_understood() -> None:
    block = PAGE.split("## Faults")[1].split("```")[1]
    specs = [re.split(r"\s{2,}", line)[0] for line in block.strip().splitlines()]
    specs += re.findall(r"--fault '([^']+)'", PAGE) + re.findall(r'faults(?:=\[|\.add\()"([^"]+)"', PAGE)
    assert len(specs) == 9
    for spec in specs:
        FaultSpec.parse(spec)
    for text in re.findall(r"--dialect (\S+=\S+)", PAGE):
        Dialect.parse(text)


def test_a_preset_is_what_the_page_spells_out() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| `([^`]+)` \|$", dialect_reference(), re.MULTILINE)
    assert len(rows) == 10
    for name, spelled in rows:
        assert Dialect.parse(name) == Dialect.parse(spelled)
