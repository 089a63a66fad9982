"""Hides sensitive params in replies that are shown as they come: by the field that they stand in, never by their text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from pbxsync.typetable import TypeTable
    from pbxsync.wire.messages import Request

    #: Which params of a row to hide, by the number and the name of its type, each None where the row has none.
    Hidden: TypeAlias = Callable[[str | None, str | None], frozenset[int]]

MASK: Final = "(sensitive)"
_PARAM: Final = re.compile(r"cu_param([0-9]{1,2})")


def may_hold_params(request: Request) -> bool:
    """Whether a reply may hold params of custom destinations: any MANAGEDB one but that with the types."""
    values = {name.lower(): value.lower() for name, value in request.params}
    return values.get("reqtype") == "managedb" and values.get("object") != "customtypes"


def hidden_in(types: TypeTable, sensitive: Mapping[str, frozenset[int]]) -> Hidden:
    """Return which params of a row are to be hidden; `sensitive` are positions by a type's name or number.

    Where the row does not tell its type, all that are sensitive of any type.
    """

    def hidden(number: str | None, name: str | None) -> frozenset[int]:
        kind = types.live(number, name)
        if kind is None:
            return frozenset().union(*sensitive.values())
        return frozenset().union(*(sensitive.get(word, ()) for word in (kind.id, kind.name) if word is not None))

    return hidden


def masked(body: bytes, hidden: Hidden) -> bytes | None:
    """Return a JSON reply with its sensitive params hidden, None where it is no JSON, in which no field can be told."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return json.dumps(_walked(value, hidden), ensure_ascii=False).encode()


def _walked(value: Any, hidden: Hidden) -> Any:
    if isinstance(value, list):
        return [_walked(each, hidden) for each in value]
    if not isinstance(value, dict):
        return value
    if any(_PARAM.fullmatch(name) for name in value):
        return _row(value, hidden)
    return {name: _walked(each, hidden) for name, each in value.items()}


def _row(row: dict[str, Any], hidden: Hidden) -> dict[str, Any]:
    """Return a row without what is to be hidden, nor the positional keys that repeat it (field, on INFO)."""
    number, name = row.get("cu_ct_id"), row.get("ct_name")
    positions = hidden(None if number is None else str(number), name if isinstance(name, str) else None)
    return {
        key: MASK if (match := _PARAM.fullmatch(key)) and int(match[1]) in positions and value else value
        for key, value in row.items()
        if not (positions and key.isdigit())
    }
