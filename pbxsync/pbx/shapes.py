"""From the JSON of MANAGEDB replies to typed rows: every shape that the server is known to use, and no other.

Each tolerance names its source: doc (the user's document), vendor, field (seen on running servers) or guess.
A reply that is not understood whole is an error: a list with one row missing would make an add of what is there already.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NamedTuple

from pbxsync.kinds.custom_destination import (
    COLUMNS,
    ID_COLUMN,
    OBJECT,
    PARAM_COLUMNS,
    TENANT_COLUMN,
    TYPE_DESCRIPTION_COLUMN,
    TYPE_ID_COLUMN,
    TYPE_NAME_COLUMN,
    TYPES_OBJECT,
    is_id,
)
from pbxsync.model.entry import Type
from pbxsync.text.sanitize import truncate

_NAME: Final = COLUMNS["name"]
_TYPE: Final = COLUMNS["type"]
#: How every column of a destination begins; those of a type begin otherwise.
_OF_DESTINATIONS: Final = ID_COLUMN.removesuffix("id")
#: A row of a list has its params if it has at least these: older versions stop at ten (field).
_FEWEST_PARAMS: Final = frozenset(PARAM_COLUMNS[:10])
_ONLY_TEXT: Final = {str}
#: Marks for translators around a description (field): `<t>Forward call to</t>`.
_TRANSLATION_MARK: Final = re.compile(r"</?t>")


class ShapeError(ValueError):
    """A reply has none of the known shapes. Its text follows on "a reply with"."""


class Row(NamedTuple):
    """A custom destination as one reply shows it.

    `type_id` and `type_name` are None if the reply lacks them. `params` are always twenty, or None in a list without
    params; a param that this server does not have is the empty string. `tenant_id` is the `cu_te_id`: None if the reply
    lacks it, empty if it is null.
    """

    id: str
    name: str
    type_id: str | None
    type_name: str | None
    params: tuple[str, ...] | None
    tenant_id: str | None = None


def parse(text: str) -> Any:
    """Parse JSON with nothing lost: numbers stay text. Raises ShapeError, also for NaN and a name twice in an object."""
    try:
        return _DECODER.decode(text)
    except ShapeError:
        raise
    except (ValueError, RecursionError):
        if text.lstrip().startswith("<"):
            raise ShapeError("HTML instead of JSON") from None
        raise ShapeError("broken JSON, or only a part of it") from None


def destinations(value: Any) -> tuple[Row, ...]:
    """Return the rows of a CUSTOM list: an object keyed by id, or an array (field). Raises ShapeError."""
    rows: dict[str, Row] = {}
    for key, raw in _keyed(value):
        row = destination(raw, key)
        if row.id in rows:
            raise ShapeError(f"destination {row.id} in it twice")
        rows[row.id] = row
    return tuple(rows.values())


def one_destination(value: Any, wanted: str) -> Row | None:
    """Return the row of a CUSTOM get, or None if there is no such row. Raises ShapeError.

    The row itself (field), an array of that one row, or an object keyed by its id (guess). An empty array says that there
    is no such row (field, on INFO).
    """
    keyed = [(None, value)] if isinstance(value, dict) and {ID_COLUMN, _NAME} & value.keys() else _keyed(value)
    if not keyed:
        return None
    if len(keyed) > 1:
        raise ShapeError(f"{len(keyed)} rows instead of one")
    key, raw = keyed[0]
    row = destination(raw, key)
    if row.id != wanted:
        raise ShapeError(f"the row of {row.id} instead of {truncate(wanted)}")
    if PARAM_COLUMNS[0] not in raw:
        raise ShapeError("a row without params")
    return row._replace(params=_params(raw))


def types(value: Any) -> tuple[Type, ...]:
    """Return the rows of CUSTOMTYPES list: an object keyed by id, or an array (field). Raises ShapeError.

    Each row has a `ct_id` of its own and no column of a destination. Otherwise the reply to CUSTOM list, which is keyed by
    id too, would be read as types.
    """
    found: dict[str, Type] = {}
    for key, row in _keyed(value):
        if not isinstance(row, dict):
            raise ShapeError("a row that is not an object")
        if any(column.startswith(_OF_DESTINATIONS) for column in row):
            raise ShapeError("a destination among types")
        name = _text(row, TYPE_NAME_COLUMN)
        if name is None:
            raise ShapeError(f"a row without {TYPE_NAME_COLUMN}")
        identity = _identity(row.get(TYPE_ID_COLUMN), TYPE_ID_COLUMN, key)
        if identity in found:
            raise ShapeError(f"type {identity} in it twice")
        description = _TRANSLATION_MARK.sub("", _text(row, TYPE_DESCRIPTION_COLUMN) or "")
        found[identity] = Type(identity, name, description)
    return tuple(found.values())


def destination(row: Any, key: str | None = None) -> Row:
    """Return one row; `key` is its key in an object keyed by id, which is the id if the row has none (guess).

    Positional keys (`"0"`, `"1"`), which repeat the values, are ignored (field, on INFO), and so are further columns. Ids
    may be numbers although the field has them as text. Raises ShapeError.
    """
    if not isinstance(row, dict):
        raise ShapeError("a row that is not an object")
    name, type_id = _text(row, _NAME), _text(row, _TYPE)
    if name is None:
        raise ShapeError(f"a row without {_NAME}")
    # A list that joins the two tables may repeat the type's number (guess); a type by itself is no destination.
    if TYPE_ID_COLUMN in row and _text(row, TYPE_ID_COLUMN) != type_id:
        raise ShapeError("a type among destinations")
    params = _params(row) if row.keys() >= _FEWEST_PARAMS else None
    identity = _identity(row.get(ID_COLUMN, key), ID_COLUMN, key)
    type_name, tenant_id = _text(row, TYPE_NAME_COLUMN), _text(row, TENANT_COLUMN)
    return Row(identity, name, type_id or None, type_name, params, tenant_id)


def check_kind(value: Any, table: str, object_id: str) -> None:
    """Raise ShapeError for rows of destinations among types, or the reverse, and for another destination than asked for.

    For replies that are shown as they come, whatever their shape is otherwise.
    """
    rows = value if isinstance(value, list) else [value, *value.values()] if isinstance(value, dict) else []
    for row in rows:
        if not isinstance(row, dict):
            continue
        of_destination = any(column.startswith(_OF_DESTINATIONS) for column in row)
        if table == TYPES_OBJECT and of_destination:
            raise ShapeError("a destination among types")
        if table == OBJECT and TYPE_ID_COLUMN in row and not of_destination:
            raise ShapeError("a type among destinations")
        if table == OBJECT and object_id and row.get(ID_COLUMN, object_id) != object_id:
            # What is not an id is not shown: it may be anything, a secret too.
            other = row[ID_COLUMN] if is_id(row[ID_COLUMN]) else "another id"
            raise ShapeError(f"the row of {other} instead of {truncate(object_id)}")


def new_id(value: Any) -> str | None:
    """Return the id in the reply to an add, or None: `{"cu_id": …}`, the full row, or an array of that (guess)."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    identity = value.get(ID_COLUMN) if isinstance(value, dict) else None
    return identity if is_id(identity) else None


def _keyed(value: Any) -> list[tuple[str | None, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list):
        return [(None, row) for row in value]
    raise ShapeError("neither a list nor an object")


def _identity(identity: Any, column: str, key: str | None) -> str:
    if not isinstance(identity, str) or not is_id(identity):
        raise ShapeError(f"a row without a usable {column}")
    if key is not None and key != identity:
        # The key itself is not shown: it may be anything, a secret too.
        raise ShapeError(f"the row of {column} {identity} under another key")
    return identity


def _params(row: dict[str, Any]) -> tuple[str, ...]:
    """Return twenty params; one that is null (field) or that an older version does not have is the empty string."""
    values: list[Any] = [row.get(name) for name in PARAM_COLUMNS]
    if set(map(type, values)) == _ONLY_TEXT:
        return tuple(values)
    return tuple([_text(row, name) or "" for name in PARAM_COLUMNS])


def _text(row: dict[str, Any], column: str) -> str | None:
    """Return a value as text: null is an empty one (field); None if the row has no such column."""
    value = row.get(column, False)
    if type(value) is str:
        return value
    if value is None:
        return ""
    if value is False and column not in row:
        return None
    raise ShapeError(f"a row whose {column} is not text")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ShapeError("a name given twice in one object")
    return members


def _refuse_constant(name: str) -> Any:
    raise ShapeError(f"{name}, which is not JSON")


#: Numbers stay the text that they are written as, so none loses digits.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=str, parse_float=str, parse_constant=_refuse_constant
)
