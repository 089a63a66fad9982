"""From the JSON of MANAGEDB replies to typed rows: every shape that the server is known to use, and no other.

Each tolerance says where it is known from: doc (the user's document), vendor, field (seen on running servers) or guess.
A reply that is not understood whole is an error: a list with one row missing would make an add of what is there already.
"""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from pbxsync.kinds.custom_destination import (
    COLUMNS,
    ID_COLUMN,
    PARAM_COLUMNS,
    TENANT_COLUMN,
    TYPE_DESCRIPTION_COLUMN,
    TYPE_ID_COLUMN,
    TYPE_NAME_COLUMN,
    is_id,
)
from pbxsync.model.entry import Type
from pbxsync.text.sanitize import truncate

_NAME: Final = COLUMNS["name"]
_TYPE: Final = COLUMNS["type"]
#: A row of a list has its params where it has at least these: older versions stop at ten (field).
_FEWEST: Final = frozenset(PARAM_COLUMNS[:10])
_TEXT_ALONE: Final = {str}
#: A `cu_te_id` that is not there, null, empty or 0 names no tenant (guess).
_OF_NO_TENANT: Final = frozenset({None, "", "0"})


class ShapeError(ValueError):
    """A reply has none of the known shapes; the text says in what, for the sentence of the wire's error."""


class Row(NamedTuple):
    """A custom destination as one reply tells it.

    `type_id` and `type_name` are None where the reply does not hold them; `params` (always twenty) is None for a row of a
    list without params, and a param that this server does not have is the empty string.
    """

    id: str
    name: str
    type_id: str | None
    type_name: str | None
    params: tuple[str, ...] | None


def parse(text: str) -> Any:
    """Return a JSON text as objects, with numbers as the text they are written as and nothing lost.

    A name given twice in an object, NaN, and a nesting too deep to read are refused. Raises ShapeError.
    """
    try:
        return _DECODER.decode(text)
    except ShapeError:
        raise
    except (ValueError, RecursionError):
        if text.lstrip().startswith("<"):
            raise ShapeError("HTML where JSON was to be") from None
        raise ShapeError("no JSON, or only a part of it") from None


def destinations(value: Any) -> tuple[Row, ...]:
    """Return the rows of a CUSTOM list: an object keyed by id, or an array (field). Raises ShapeError.

    They are all of one tenant, where they tell (`cu_te_id`, field): a list of several has others' destinations in it, of
    the same names.
    """
    keyed = _keyed(value)
    rows = _unique([destination(row, key) for key, row in keyed])
    tenants = {_text(row, TENANT_COLUMN) for _, row in keyed} - _OF_NO_TENANT
    if len(tenants) > 1:
        raise ShapeError("rows of several tenants (their cu_te_id differs)")
    return rows


def one_destination(value: Any, wanted: str) -> Row | None:
    """Return the row of a CUSTOM get, None where there is none; raises ShapeError.

    The row itself (field), an array of that one row or an object keyed by its id (guess). An empty array says that there
    is no such row (field, on INFO).
    """
    rows = [(None, value)] if isinstance(value, dict) and {ID_COLUMN, _NAME} & value.keys() else _keyed(value)
    if not rows:
        return None
    if len(rows) > 1:
        raise ShapeError(f"{len(rows)} rows where one was asked for")
    key, raw = rows[0]
    row = destination(raw, key)
    if row.id != wanted:
        raise ShapeError(f"the row of {row.id} where {truncate(wanted)} was asked for")
    if not isinstance(raw, dict) or PARAM_COLUMNS[0] not in raw:
        raise ShapeError("a row without params")
    return row._replace(params=_params(raw))


def types(value: Any) -> tuple[Type, ...]:
    """Return the rows of CUSTOMTYPES list: an object keyed by id, or an array (field). Raises ShapeError."""
    found = [_type(row, key) for key, row in _keyed(value)]
    if len({each.id for each in found}) < len(found):
        raise ShapeError("a type that is there twice")
    return tuple(found)


def destination(row: Any, key: str | None = None) -> Row:
    """Return one row; `key` is its key in an object keyed by id, which is the id where the row has none (guess).

    Positional keys (`"0"`, `"1"`) repeat the values and are passed over (field, on INFO), as are columns that are of no
    concern here. Ids may be numbers though the field has them as text. Raises ShapeError.
    """
    if not isinstance(row, dict):
        raise ShapeError("a row that is no object")
    params = _params(row) if row.keys() >= _FEWEST else None
    type_id = _text(row, _TYPE)
    return Row(_identity(row, ID_COLUMN, key), _name(row), type_id or None, _text(row, TYPE_NAME_COLUMN), params)


def new_id(value: Any) -> str | None:
    """Return the id that the reply to an add tells, or None: `{"cu_id": …}`, the full row, an array of that (guess)."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    found = value.get(ID_COLUMN) if isinstance(value, dict) else None
    return found if is_id(found) else None


def _keyed(value: Any) -> list[tuple[str | None, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list):
        return [(None, row) for row in value]
    raise ShapeError("neither a list nor an object")


def _unique(rows: list[Row]) -> tuple[Row, ...]:
    seen: set[str] = set()
    for row in rows:
        if row.id in seen:
            raise ShapeError(f"destination {row.id} is in it twice")
        seen.add(row.id)
    return tuple(rows)


def _identity(row: dict[str, Any], column: str, key: str | None) -> str:
    """Return the id of a row, which is also its key where it has one."""
    found = row.get(column, key)
    if not isinstance(found, str) or not is_id(found):
        raise ShapeError(f"a row without a usable {column}")
    if key is not None and key != found:
        # The key itself is not shown: it may be anything, a secret too.
        raise ShapeError(f"the row of {column} {found} under another key")
    return found


def _name(row: dict[str, Any]) -> str:
    name = _text(row, _NAME)
    if name is None:
        raise ShapeError(f"a row without {_NAME}")
    return name


def _params(row: dict[str, Any]) -> tuple[str, ...]:
    """Return twenty params; one that is null (field) or that an older version does not have is the empty string."""
    found: list[Any] = [row.get(name) for name in PARAM_COLUMNS]
    if set(map(type, found)) == _TEXT_ALONE:
        return tuple(found)
    return tuple([_text(row, name) or "" for name in PARAM_COLUMNS])


def _text(row: dict[str, Any], column: str) -> str | None:
    """Return a value as text: null is an empty one (field); None where the row has no such column."""
    value = row.get(column, False)
    if type(value) is str:
        return value
    if value is None:
        return ""
    if value is False and column not in row:
        return None
    raise ShapeError(f"a row whose {column} is no text")


def _type(row: Any, key: str | None) -> Type:
    if not isinstance(row, dict):
        raise ShapeError("a row that is no object")
    name = _text(row, TYPE_NAME_COLUMN)
    if name is None:
        raise ShapeError(f"a row without {TYPE_NAME_COLUMN}")
    return Type(_identity(row, TYPE_ID_COLUMN, key), name, _text(row, TYPE_DESCRIPTION_COLUMN) or "")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ShapeError("a name twice in one object")
    return found


def _refuse_constant(name: str) -> Any:
    raise ShapeError(f"{name} is no JSON")


#: Numbers stay the text that they are written as.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=_refuse_constant
)
