"""Hides sensitive params in replies that are shown as they come: by their column, never by their text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pbxsync.kinds.custom_destination import COLUMNS, TYPE_NAME_COLUMN, TYPES_OBJECT, position_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from pbxsync.api.request import Request
    from pbxsync.live.types import TypeTable
    from pbxsync.model.entry import Type

    #: Which params of a row to hide, by the number and the name of its type, each None if the row lacks it.
    Hidden: TypeAlias = Callable[[str | None, str | None], frozenset[int]]

MASK: Final = "(sensitive)"
#: The columns of all known tables begin with two letters for the table (doc, field).
_COLUMN: Final = re.compile(r"[a-z]{2}_[a-z][a-z0-9_]*")
_WORDS: Final = frozenset({"error", "errors", "message", "status", "result", "success", "code", "data", "rows", "id"})


def may_hold_params(request: Request) -> bool:
    """Whether a reply may hold params of custom destinations: any of MANAGEDB except the list of types."""
    values = {name.lower(): value.lower() for name, value in request.params}
    return values.get("reqtype") == "managedb" and values.get("object") != TYPES_OBJECT.lower()


def hidden_in(types: TypeTable, sensitive: Callable[[Type | None], frozenset[int]]) -> Hidden:
    """Return which params of a row to hide. `sensitive` gives them for a type, or for None if the type is unknown."""
    return lambda number, name: sensitive(types.live(number, name))


def masked(body: bytes, hidden: Hidden) -> bytes | None:
    """Return a JSON reply with its sensitive params hidden, or None if it is not JSON and so has no columns."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return json.dumps(_walked(value, hidden), ensure_ascii=False).encode()


def _walked(value: Any, hidden: Hidden) -> Any:
    """Return rows as they may be shown. Outside rows texts are hidden too, because they may repeat what was sent."""
    if isinstance(value, list):
        return [_walked(item, hidden) for item in value]
    if isinstance(value, dict):
        if any(map(_COLUMN.fullmatch, value)):
            return _row(value, hidden)
        return {_name(name): _walked(member, hidden) for name, member in value.items()}
    return MASK if isinstance(value, str) and value else value


def _row(row: dict[str, Any], hidden: Hidden) -> dict[str, Any]:
    """Return a row without its sensitive params, and without the positional keys that repeat them (field, on INFO)."""
    number, name = row.get(COLUMNS["type"]), row.get(TYPE_NAME_COLUMN)
    positions = hidden(None if number is None else str(number), name if isinstance(name, str) else None)
    return {
        _name(column): _cell(column, value, positions, hidden)
        for column, value in row.items()
        if not (positions and column.isdigit())
    }


def _cell(column: str, value: Any, positions: frozenset[int], hidden: Hidden) -> Any:
    """Return the value of one column. A value outside every known column may be anything."""
    if isinstance(value, (dict, list)) or not _COLUMN.fullmatch(column):
        return _walked(value, hidden)
    position = position_of(column)
    hide = column.endswith("_id") and not str(value).isdigit() if position is None else position in positions
    return MASK if hide and value else value


def _name(name: str) -> str:
    """Return the name of a member if it is a column, an id or a usual word of replies, else a mask."""
    return name if name.isdigit() or name in _WORDS or _COLUMN.fullmatch(name) else MASK
