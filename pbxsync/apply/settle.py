"""Which row, if any, an add has made: decided from the ids before and the rows after. Pure.

An add is never repeated blindly: after a lost answer, only this shows whether it was stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxsync.model.plan import Destination
    from pbxsync.pbx.shapes import Row


@dataclass(frozen=True, slots=True)
class Settled:
    """The row that is ours, with all its fields, or None and a `problem`: a sentence with the ids concerned.

    `near` is a new row that is probably ours, but stored differently. `others` are new rows with neither our name nor our
    fields: one of them may be ours if the PBX stores both differently.
    """

    ours: Destination | None = None
    near: Destination | None = None
    problem: str = ""
    others: tuple[Row, ...] = ()


def settle(
    name: str,
    before: frozenset[str],
    rows: Sequence[Row],
    fetch: Callable[[Row], Destination],
    fits: Callable[[Destination], bool],
) -> Settled:
    """Find the row that an add has made: the only new one with that name, and with fields that fit.

    `before` are the ids that were live. `fetch` returns a row with its params; `fits` compares all but the name.
    """
    new = [row for row in rows if row.id not in before]
    named = [row for row in new if row.name == name]
    if len(named) == 1:
        stored = fetch(named[0])
        return Settled(ours=stored) if fits(stored) else Settled(near=stored)
    if named:
        ids = ", ".join(row.id for row in named)
        return Settled(problem=f"{len(named)} new destinations have this name (ids {ids}): remove all but one")
    renamed = [stored for stored in map(fetch, new) if fits(stored)]
    if len(renamed) == 1:
        [stored] = renamed
        return Settled(
            near=stored,
            problem=f"it was stored under another name, {quote(stored.name or '')}, as {stored.id}: pin it with"
            f" `id: {stored.id}` and give it a name that the PBX keeps",
        )
    if renamed:
        ids = ", ".join(str(stored.id) for stored in renamed)
        return Settled(
            problem=f"its name is not in the tenant's list, but new destinations with the same fields are (ids {ids}):"
            " check them before you go on"
        )
    return Settled(others=tuple(new))
