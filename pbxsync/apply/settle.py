"""Which row, if any, an add has made: decided from the ids before and the rows after. Pure.

An add is never repeated blindly: after a lost answer only this tells whether it went through.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxsync.model.plan import Destination
    from pbxsync.pbx.rows import Row


@dataclass(frozen=True, slots=True)
class Settled:
    """The row that is ours, with all its fields, or None and `problem`: a sentence, with the ids that it is about.

    `near` is a new row that is probably ours but not as it was to be. `others` are new rows that fit in nothing:
    ours may be one of them, where the PBX keeps neither name nor fields as they are sent.
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
    """Find the row that an add has made: exactly one of that name whose id was not there before and whose fields fit.

    `fetch` gets a row with its params; `fits` tells whether its fields other than the name are as they were to be.
    """
    new = [row for row in rows if row.id not in before]
    named = [row for row in new if row.name == name]
    if len(named) == 1:
        found = fetch(named[0])
        return Settled(ours=found) if fits(found) else Settled(near=found)
    if named:
        ids = ", ".join(row.id for row in named)
        return Settled(
            problem=f"there are {len(named)} new destinations of this name now (ids {ids}): remove all but one"
        )
    renamed = [found for found in map(fetch, new) if fits(found)]
    if len(renamed) == 1:
        return Settled(near=renamed[0], problem=_renamed(renamed[0]))
    if renamed:
        ids = ", ".join(str(found.id) for found in renamed)
        return Settled(
            problem=f"it is not there under its name; new and alike are {ids}: look at them before you go on"
        )
    return Settled(others=tuple(new))


def _renamed(found: Destination) -> str:
    return (
        f"it was stored under another name, {quote(found.name or '')}, as {found.id}: pin it with `id: {found.id}` and"
        " give it a name that the PBX keeps"
    )
