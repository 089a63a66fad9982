"""Faults of the rows in a reply: missing, twice, malformed, of another object, too many."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pbxsync.emulator.faults.altered_tables import MisreportingTables, OtherTenantTables, PaddedTables, RenderedTables
from pbxsync.emulator.faults.base import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.base import Effect, Exchange, Handler, Setting
    from pbxsync.emulator.store import Row

Pairs = list[tuple[str | None, Any]]
"""The rows of a list, each with its key (None in an array). Unlike a dict, it may hold a key twice."""

_LIST: Final = {"object": "CUSTOM", "action": "LIST"}
_GET: Final = {"object": "CUSTOM", "action": "GET"}
_ID_NAMES: Final = ("cu_id", "cu_te_id", "cu_ct_id", "ct_id")


def _on_rows(change: Callable[[Pairs, int], Pairs]) -> Effect:
    """Change the rows of a list. An answer without rows stays as it is."""

    def effect(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        answer = call_next(exchange)
        pairs = _pairs(answer.body)
        return replace(answer, body=_body(change(pairs, int(setting.value)))) if pairs else answer

    return effect


def _missing(pairs: Pairs, count: int) -> Pairs:
    return pairs[:-count] or pairs[:0]


def _twice(pairs: Pairs, _: int) -> Pairs:
    return [*pairs, pairs[0]]


def _bad(pairs: Pairs, _: int) -> Pairs:
    return [*pairs[:-1], (pairs[-1][0], "Duplicate entry for key PRIMARY")]


def _without_id(pairs: Pairs, _: int) -> Pairs:
    key, row = pairs[-1]
    bare = {name: value for name, value in row.items() if name != "cu_id"}
    return [*pairs[:-1], (None if key is None else "", bare)]


def _wrong_key(pairs: Pairs, _: int) -> Pairs:
    key, row = pairs[-1]
    return [*pairs[:-1], (None if key is None else str(int(key or 0) + 1), row)]


def _number_ids(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    answer = call_next(exchange)
    try:
        value = json.loads(answer.body, object_hook=_as_numbers)
    except ValueError:
        return answer
    return replace(answer, body=json.dumps(value).encode())


def _as_numbers(row: dict[str, Any]) -> dict[str, Any]:
    return {name: int(value) if name in _ID_NAMES and value else value for name, value in row.items()}


def _other_row(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    others = [
        row["cu_id"]
        for row in exchange.backend.store.rows(exchange.request.tenant)
        if row["cu_id"] != exchange.request.text("objectid")
    ]
    if not others:
        return call_next(exchange)
    return call_next(exchange.with_params(objectid=str(others[0])))


def _many_rows(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    store = PaddedTables(exchange.backend.store, int(setting.value))
    return call_next(exchange.with_store(store))


def _other_tenant(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    return call_next(exchange.with_store(OtherTenantTables(exchange.backend.store, setting.options.get("as", "DEMO"))))


def _other_object(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    types_object = "CUSTOMTYPE" if exchange.backend.dialect.types_object == "customtype" else "CUSTOMTYPES"
    return call_next(
        exchange.with_params(object=types_object if exchange.request.word("object") == "CUSTOM" else "CUSTOM")
    )


def _te_id(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    def render(row: Row) -> Row:
        return {**row, "cu_te_id": f"{setting.value:.0f}"}

    return call_next(exchange.with_store(RenderedTables(exchange.backend.store, render)))


def _list_names(change: Callable[[str, int], str]) -> Effect:
    """Render the names in a list otherwise than they are stored."""

    def effect(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        def render(row: Row) -> Row:
            return {**row, "cu_name": change(row["cu_name"] or "", int(setting.value))}

        return call_next(exchange.with_store(RenderedTables(exchange.backend.store, render)))

    return effect


def _as_html(name: str, _: int) -> str:
    return html.escape(name)


def _cut(name: str, length: int) -> str:
    return name[:length]


def _upper(name: str, _: int) -> str:
    return name.upper()


def _trim(name: str, _: int) -> str:
    return name.strip()


def _wrong_id(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    return call_next(exchange.with_store(MisreportingTables(exchange.backend.store, int(setting.value))))


def _pairs(body: bytes) -> Pairs:
    try:
        value = json.loads(body)
    except ValueError:
        return []
    if isinstance(value, dict):
        pairs: Pairs = list(value.items())
    else:
        pairs = [(None, row) for row in value] if isinstance(value, list) else []
    return pairs if all(isinstance(row, dict) for _, row in pairs) else []


def _body(pairs: Pairs) -> bytes:
    if not pairs:
        return b"[]"
    rows = [json.dumps(row) if key is None else f"{json.dumps(key)}:{json.dumps(row)}" for key, row in pairs]
    return ("[%s]" if pairs[0][0] is None else "{%s}").replace("%s", ",".join(rows)).encode()


KINDS: Final = (
    Kind(
        "missing-row", "omits this many rows at the end of a list", _on_rows(_missing), unit="", default=1, only=_LIST
    ),
    Kind(
        "twice-row", "sends the first row of a list twice (in an object: the key twice)", _on_rows(_twice), only=_LIST
    ),
    Kind("bad-row", "sends a text as the last row of a list", _on_rows(_bad), only=_LIST),
    Kind(
        "no-id-row",
        "sends the last row of a list without an id (in an object: with an empty key)",
        _on_rows(_without_id),
        only=_LIST,
    ),
    Kind("wrong-key", "sends the last row of a list under a key other than its id", _on_rows(_wrong_key), only=_LIST),
    Kind("number-ids", "sends ids as JSON numbers", _number_ids),
    Kind("other-row", "answers a get with the row of another object, if the tenant has one", _other_row, only=_GET),
    Kind(
        "many-rows", "adds this many rows to the list", _many_rows, unit="", default=10_000, only={"object": "CUSTOM"}
    ),
    Kind(
        "other-tenant",
        "uses the destinations of another tenant: with `action=list` it lists them, without `action=` the two codes are"
        " one tenant",
        _other_tenant,
        options={"as": "the code of the other tenant (default: DEMO)"},
        only={"object": "CUSTOM"},
    ),
    Kind(
        "other-object",
        "answers a list of types with the list of destinations, and the reverse",
        _other_object,
        only={"object": "CUSTOM*", "action": "LIST"},
    ),
    Kind("te-id", "sends this cu_te_id in every row", _te_id, unit="", default=1, only={"object": "CUSTOM"}),
    Kind("list-names-html", "sends the names in a list as HTML", _list_names(_as_html), only=_LIST),
    Kind(
        "list-names-cut",
        "sends only the first N characters of the names in a list",
        _list_names(_cut),
        unit="",
        default=20,
        only=_LIST,
    ),
    Kind("list-names-upper", "sends the names in a list in upper case", _list_names(_upper), only=_LIST),
    Kind(
        "list-names-trim",
        "sends the names in a list without leading and trailing blanks",
        _list_names(_trim),
        only=_LIST,
    ),
    Kind(
        "wrong-id",
        "answers an add with an id that is this much too high",
        _wrong_id,
        unit="",
        default=1,
        only={"object": "CUSTOM", "action": "ADD"},
    ),
)
