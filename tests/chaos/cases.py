"""A case: tenants with live rows and files, and steps in which the PBX misbehaves.

Everything is drawn from one seed. Each part that can be left out has a number, in the order of drawing, so a failing case
can be shrunk: `draw(seed, without)` draws the same case without those parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from tests.chaos.faults import ALTERING, BENDING, decidable, draw_fault

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Case numbers that share a PBX, and so its dialect.
BLOCK = 20
DIALECTS = (
    *("default", "full", "full-object", "bare", "typed", "old", "silent", "numbers", "nested", "sql"),
    *("default,shared=zero", "full,shared=empty", "typed,shared=zero", "old,shared=empty"),
    *("default,shared=other", "full,shared=other", "old,shared=other"),
)
TYPES = ("1", "3", "5")
#: Values of params: plain ones, and some that people type in.
TEXTS = (
    *("1", "30", "+4570121234", "0636287454", "INCOMINGDID", "12:30", "on", "null", "~", "", " ", " outer ", "1e5"),
    *(
        'say "hi"',
        "it's",
        "back\\slash",
        "æøå",
        "日本",
        "🙂",
        "<b>&amp;</b>",
        "::error::x",
        "a\tb",
        "=1+1",
        "%41",
        "a,b",
    ),
)


@dataclass(frozen=True)
class Tenant:
    """One tenant: its live rows, the entries of its file (`id` is an index into the rows), and its rows at the end."""

    code: str
    live: tuple[dict[str, str], ...]
    wanted: tuple[dict[str, Any], ...]
    final: tuple[dict[str, str], ...]
    clear: bool

    @property
    def adds(self) -> tuple[str, ...]:
        """The names of the destinations to add."""
        return tuple(row["cu_name"] for row in self.final[len(self.live) :])


@dataclass(frozen=True)
class Step:
    """One apply: how (`files`, `saved`, `killed`), after what share of the journal it is killed, and its faults."""

    how: str
    moment: float
    parallel: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One case; `parts` is the number of parts that can be left out."""

    seed: int
    dialect: str
    tenants: tuple[Tenant, ...]
    steps: tuple[Step, ...]
    revert: bool
    parts: int

    @property
    def undecidable(self) -> bool:
        """Whether nothing tells the tenant's own rows from shared ones that have a te_id as well: no other tenant does."""
        return self.dialect.endswith("shared=other") and len(self.tenants) == 1

    @property
    def bends(self) -> bool:
        """Whether a fault may store values differently than they were sent."""
        return self._has(BENDING)

    @property
    def alters(self) -> bool:
        """Whether a fault may store values differently than they were sent, or show others than are stored."""
        return self._has(ALTERING)

    def _has(self, kinds: frozenset[str]) -> bool:
        return any(fault.split("=")[0].split()[0] in kinds for step in self.steps for fault in step.faults)


def dialect_of(seed: int) -> str:
    """Return the dialect of the block that a seed belongs to."""
    return Random(seed // BLOCK).choice(DIALECTS)  # noqa: S311 - a seed replays its case


def draw(seed: int, without: frozenset[int] = frozenset()) -> Case:
    """Draw a case."""
    dice, parts = Random(seed), _Parts(without)  # noqa: S311 - as above
    dialect = dialect_of(seed)
    columns = 10 if dialect.startswith("old") else 20
    tenants = [_tenant(f"C{seed}{letter}", dice, parts, columns) for letter in "abc"[: dice.choice([1, 1, 2, 3])]]
    codes = [tenant.code for tenant in tenants]
    steps = [_step(dice, parts, codes) for _ in range(dice.randint(1, 3))]
    kept = tuple(tenant for tenant in tenants if parts.keep() or len(tenants) == 1)
    return Case(
        seed,
        dialect,
        kept or (tenants[0],),
        tuple(step for step in steps if parts.keep()),
        # A revert may read a single tenant, and then cannot tell which rows are shared.
        dice.random() < 0.3 and not dialect.endswith("shared=other"),
        parts.count,
    )


@dataclass
class _Parts:
    """Counts the parts, and says whether the next one is kept."""

    without: frozenset[int]
    count: int = field(default=0)

    def keep(self) -> bool:
        self.count += 1
        return self.count - 1 not in self.without


def _step(dice: Random, parts: _Parts, codes: Sequence[str]) -> Step:
    how = dice.choice(["files"] * 5 + ["saved"] * 2 + ["killed"] * 2)
    faults = [draw_fault(dice, codes) for _ in range(dice.choice([0, 1, 1, 1, 2, 3]))]
    moment, parallel = dice.random(), dice.choice([1, 2, 4])
    return Step(how, moment, parallel, decidable(fault for fault in faults if parts.keep()))


def _tenant(code: str, dice: Random, parts: _Parts, columns: int) -> Tenant:
    clear = dice.random() < 0.15
    live: list[dict[str, str]] = [_row("Kept", dice, columns)]
    wanted: list[dict[str, Any]] = []
    final = list(live)
    for number in range(dice.randint(0, 4)):
        names = ["", "Twin", f"Live {number}", f"Live {number} & Søn", f"Lïve {number} 🙂"]
        row = _row(dice.choice(names), dice, columns)
        entry, after = _entry(len(live), row, dice, columns, clear=clear)
        keep_row, keep_entry = parts.keep(), parts.keep()
        if keep_row:
            wanted += [entry] if entry and keep_entry else []
            entry_kept = bool(entry) and keep_entry
            live.append(row)
            final.append(after if entry_kept else row)
    for number in range(dice.randint(0, 4)):
        row = _row(dice.choice([f"New {number}", f"New {number} & Søn"]), dice, columns)
        if parts.keep():
            wanted.append({"name": row["cu_name"], "type": row["cu_ct_id"], "params": _params(row)})
            final.append(row)
    dice.shuffle(wanted)
    return Tenant(code, tuple(live), tuple(_placed(wanted, live)), tuple(final), clear)


def _placed(wanted: list[dict[str, Any]], live: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Replace the row that an entry pins by its index, now that other rows are left out."""
    places = {id(row): place for place, row in enumerate(live)}
    return [{**entry, "id": places[id(entry["id"])]} if "id" in entry else entry for entry in wanted]


def _row(name: str, dice: Random, columns: int) -> dict[str, str]:
    numbers = dice.sample(range(1, columns + 1), dice.randint(0, 4))
    params = {f"cu_param{number}": dice.choice(TEXTS) for number in numbers}
    return {"cu_name": name, "cu_ct_id": dice.choice(TYPES), **{key: text for key, text in params.items() if text}}


def _params(row: dict[str, str]) -> dict[str, str]:
    return {name[8:]: value for name, value in row.items() if name.startswith("cu_param")}


def _entry(
    place: int, row: dict[str, str], dice: Random, columns: int, *, clear: bool
) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Return the entry for a live row, None if the file has none, and the row at the end."""
    kind = dice.choice(["unmanaged", "same", "params", "params", "rename", "pin", "type"])
    name = row["cu_name"]
    changes = {str(number): dice.choice(TEXTS) for number in dice.sample(range(1, columns + 1), 2)}
    kind_after = dice.choice(TYPES)
    unique = name.startswith("L")
    if kind == "unmanaged":
        return None, row
    entry: dict[str, Any] = {"name": name} if unique else {"id": row}
    after = dict(row)
    if kind in {"rename", "pin"}:
        after["cu_name"] = f"Renamed {place} {name}".strip()
        pinned = kind == "pin" or not unique
        entry = {"name": after["cu_name"]} | ({"id": row} if pinned else {"renamed_from": name})
    if kind == "type":
        after["cu_ct_id"] = entry["type"] = kind_after
    if kind != "same":
        entry["params"] = changes
    if clear:
        after = {key: value for key, value in after.items() if not key.startswith("cu_param")}
    after |= {f"cu_param{number}": value for number, value in entry.get("params", {}).items()}
    return entry, {key: value for key, value in after.items() if value or not key.startswith("cu_param")}
