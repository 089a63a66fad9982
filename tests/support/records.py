"""What a run leaves behind: the lines of a journal, the rows of a PBX."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def lines(journal: Path) -> list[dict[str, Any]]:
    """Return the lines of a journal."""
    return [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]


def columns(row: dict[str, str]) -> dict[str, str]:
    """Return a row of the store without its ids and its empty columns."""
    return {name: value for name, value in row.items() if value and name not in {"cu_id", "cu_te_id"}}
