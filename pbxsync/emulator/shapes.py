"""Renders rows of the store as a dialect's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.emulator.answer import NOTHING, Answer, json_text
from pbxsync.emulator.database import PARAMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pbxsync.emulator.dialect import Dialect
    from pbxsync.emulator.store import Row, Type

Shaped = dict[str, object]
_IDS = frozenset({"cu_id", "cu_te_id", "cu_ct_id", "ct_id"})


def destinations(rows: Iterable[Row], dialect: Dialect) -> Answer:
    """The reply to CUSTOM list."""
    names = _list_columns(dialect)
    shaped = {str(row["cu_id"]): _shape({name: row[name] for name in names}, dialect) for row in rows}
    return _listing(shaped, dialect, as_array=dialect.list == "array")


def destination(row: Row | None, dialect: Dialect) -> Answer:
    """The reply to CUSTOM get; None is an unknown id."""
    if row is None:
        values: dict[str, object] = {"null": None, "false": False, "array": []}
        return NOTHING if dialect.missing == "blank" else _json(values[dialect.missing], dialect)
    shaped = whole(row, dialect)
    wrapped: dict[str, object] = {"object": shaped, "array": [shaped], "keyed": {str(row["cu_id"]): shaped}}
    return _json(wrapped[dialect.get], dialect)


def whole(row: Row, dialect: Dialect) -> Shaped:
    """All columns of a destination."""
    names = ["cu_id", "cu_te_id", "cu_name", "cu_ct_id", *PARAMS[: int(dialect.columns)]]
    return _shape({name: row[name] for name in names}, dialect)


def types(known: Iterable[Type], dialect: Dialect) -> Answer:
    """The reply to CUSTOMTYPES list."""
    rows = {
        type_.id: _shape({"ct_id": type_.id, "ct_name": type_.name, "ct_description": type_.description}, dialect)
        for type_ in known
    }
    return _listing(rows, dialect, as_array=dialect.types == "array")


def identity(cu_id: int, dialect: Dialect) -> Answer:
    """The JSON that names the row that was written."""
    return json_text(_shape({"cu_id": str(cu_id)}, dialect), committed=True)


def _list_columns(dialect: Dialect) -> list[str]:
    listed = {
        "cu_id": dialect.list != "keyed",
        "cu_te_id": dialect.te_id == "yes",
        "cu_name": True,
        "cu_ct_id": dialect.ct_id == "yes",
        "ct_name": dialect.ct_name == "yes",
        "ct_description": dialect.ct_description == "yes",
    }
    params = PARAMS[: int(dialect.columns)] if dialect.params_in_list else ()
    return [name for name, is_listed in listed.items() if is_listed] + list(params)


def _shape(row: Mapping[str, str | None], dialect: Dialect) -> Shaped:
    unset = None if dialect.unset == "null" else ""
    shaped: Shaped = {name: unset if value is None else value for name, value in row.items()}
    if dialect.marks == "yes" and shaped.get("ct_description"):
        shaped["ct_description"] = f"<t>{shaped['ct_description']}</t>"
    if dialect.ids == "number":
        shaped.update({name: int(str(shaped[name])) for name in _IDS & shaped.keys() if shaped[name] != ""})
    if dialect.positional == "yes":
        # PHP puts the number before the name of each column.
        shaped = {key: value for n, (name, value) in enumerate(shaped.items()) for key in (str(n), name)}
    return shaped


def _listing(rows: Mapping[str, Shaped], dialect: Dialect, *, as_array: bool) -> Answer:
    if not rows:
        values: dict[str, object] = {"array": [], "object": {}, "null": None}
        return NOTHING if dialect.empty == "blank" else _json(values[dialect.empty], dialect)
    return _json(list(rows.values()) if as_array else rows, dialect)


def _json(value: object, dialect: Dialect) -> Answer:
    return json_text(value, ascii_only=dialect.unicode == "escaped")
