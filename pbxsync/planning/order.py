"""The order in which the changes of a tenant are written: an apply that stops anywhere leaves nothing ambiguous. Pure.

Updates come before adds. A destination gives up its name before another one takes it: in the other order, a run that
stopped in between would leave two of one name, and a file that matches by name could not tell which one it means.
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
    """Return the changes of one tenant in the order in which they are written, otherwise in the given one."""
    given = sorted(changes, key=lambda change: change.action is Action.ADD)
    releasing: dict[str, list[Change]] = defaultdict(list)
    for change in given:
        name = name_released(change)
        if name is not None:
            releasing[name].append(change)
    ordered: list[Change] = []
    visited: set[int] = set()
    for change in given:
        _visit(change, releasing, visited, ordered)
    return tuple(ordered)


def name_released(change: Change) -> str | None:
    """Return the name that a change gives up, or None."""
    names = (row for row in change.diff if isinstance(row, TextDiff) and row.field == NAME)
    return next((row.before for row in names if row.before != row.after), None)


def name_claimed(change: Change) -> str | None:
    """Return the name that a change takes, or None."""
    return next((row.after for row in change.diff if isinstance(row, TextDiff) and row.field == NAME), None)


def _visit(change: Change, releasing: dict[str, list[Change]], visited: set[int], ordered: list[Change]) -> None:
    """Put a change behind those that release its name. In a ring of names, one has to be first."""
    if id(change) in visited:
        return
    visited.add(id(change))
    name = name_claimed(change)
    for releaser in releasing.get(name, ()) if name is not None else ():
        _visit(releaser, releasing, visited, ordered)
    ordered.append(change)
