"""Small worlds: what is live, what the files ask for, and what must be live at the end. All drawn from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

TYPES = ("1", "3", "5")


@dataclass(frozen=True)
class World:
    """One tenant: rows to put (columns), entries of its file (with `id` as a place among the rows), rows at the end."""

    live: list[dict[str, str]]
    wanted: list[dict[str, Any]]
    final: list[dict[str, str]]

    def entries(self, ids: list[str]) -> list[dict[str, Any]]:
        """Return the entries of the file, with the ids of the rows."""
        return [{**entry, "id": ids[entry["id"]]} if "id" in entry else entry for entry in self.wanted]


def draw(dice: Random) -> World:
    """Draw a world of up to five live rows and up to four adds; it has at least one change."""
    while True:
        live = [_row(f"Live {number}", dice) for number in range(dice.randint(1, 5))]
        wanted, final, changes = [], [], 0
        for place, row in enumerate(live):
            entry, after = _entry(place, row, dice)
            wanted += [entry] if entry else []
            final.append(after)
            changes += after != row
        for number in range(dice.randint(0, 4)):
            row = _row(f"New {number}", dice)
            wanted.append({"name": row["cu_name"], "type": row["cu_ct_id"], "params": _params(row)})
            final.append(row)
            changes += 1
        dice.shuffle(wanted)
        if changes:
            return World(live, wanted, final)


def _row(name: str, dice: Random) -> dict[str, str]:
    params = {f"cu_param{number}": str(dice.randint(1, 99)) for number in dice.sample(range(1, 21), dice.randint(0, 4))}
    return {"cu_name": name, "cu_ct_id": dice.choice(TYPES), **params}


def _params(row: dict[str, str]) -> dict[str, str]:
    return {name[8:]: value for name, value in row.items() if name.startswith("cu_param")}


def _entry(place: int, row: dict[str, str], dice: Random) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Return the entry of a file for a live row, None for an unmanaged one, and the row at the end."""
    kind = dice.choice(["unmanaged", "same", "params", "params", "rename", "pinned rename", "type"])
    if kind == "unmanaged":
        return None, row
    entry: dict[str, Any] = {"name": row["cu_name"]}
    after = dict(row)
    if kind in {"rename", "pinned rename"}:
        entry = {"name": f"Renamed {place}"} | ({"renamed_from": row["cu_name"]} if kind == "rename" else {"id": place})
        after["cu_name"] = f"Renamed {place}"
    if kind == "type":
        after["cu_ct_id"] = entry["type"] = dice.choice(TYPES)
    if kind != "same":
        entry["params"] = {str(number): str(dice.randint(100, 199)) for number in dice.sample(range(1, 21), 2)}
        after |= {f"cu_param{number}": value for number, value in entry["params"].items()}
    return entry, after
