"""The order in which the changes of a tenant are written: so that a run that ends anywhere leaves nothing ambiguous. Pure.

Updates come before adds. A name is given up before another destination takes it: were it the other way round, a run that
ended in between would leave two of one name, and a file that matches by name could not tell which is meant.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pbxsync.kinds.custom_destination import NAME
from pbxsync.model.plan import Action, TextDiff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.model.plan import Change


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes of one tenant in the order in which they are to be written, else in the one given."""
    given = sorted(changes, key=lambda change: change.action is Action.ADD)
    givers: dict[str, list[Change]] = defaultdict(list)
    for change in given:
        name = name_released(change)
        if name is not None:
            givers[name].append(change)
    ordered: list[Change] = []
    begun: set[int] = set()
    for change in given:
        _visit(change, givers, begun, ordered)
    return tuple(ordered)


def name_released(change: Change) -> str | None:
    """Return the name that a change gives up, or None."""
    names = [row for row in change.diff if isinstance(row, TextDiff) and row.field == NAME]
    return next((row.before for row in names if row.before != row.after), None)


def name_claimed(change: Change) -> str | None:
    """Return the name that a change takes, or None."""
    return next((row.after for row in change.diff if isinstance(row, TextDiff) and row.field == NAME), None)


def _visit(change: Change, givers: dict[str, list[Change]], begun: set[int], ordered: list[Change]) -> None:
    """Put a change behind those whose names it takes; in a ring of names one has to be the first."""
    if id(change) in begun:
        return
    begun.add(id(change))
    name = name_claimed(change)
    for giver in givers.get(name, ()) if name is not None else ():
        _visit(giver, givers, begun, ordered)
    ordered.append(change)
