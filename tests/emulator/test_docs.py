"""The emulator understands every dialect and fault that docs/emulator.md names; the table of presets is right."""

from __future__ import annotations

import re
from pathlib import Path

from pbxsync.emulator import Dialect, FaultSpec, dialect_reference

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")


def test_every_fault_and_dialect_that_the_page_orders_is_understood() -> None:
    block = PAGE.split("## Faults")[1].split("```text")[1].split("```")[0]
    specs = [re.split(r"\s{2,}", line)[0] for line in block.strip().splitlines()]
    specs += re.findall(r"--fault '([^']+)'", PAGE) + re.findall(r'faults(?:=\[|\.add\()"([^"]+)"', PAGE)
    assert len(specs) == 9
    for spec in specs:
        FaultSpec.parse(spec)
    dialects = re.findall(r"--dialect ([\w=,-]+)", PAGE)
    assert len(dialects) == 4
    for text in dialects:
        Dialect.parse(text)


def test_a_preset_is_what_the_page_spells_out() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| `([^`]+)` \|$", dialect_reference(), re.MULTILINE)
    assert len(rows) == 10
    for name, spelled in rows:
        assert Dialect.parse(name) == Dialect.parse(spelled)
