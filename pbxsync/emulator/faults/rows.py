"""Faults of the rows in a reply: missing, twice, malformed, of another object, too many."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pbxsync.emulator.faults.altered_tables import PaddedTables
from pbxsync.emulator.faults.kind import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.kind import Effect, Exchange, Handler, Setting

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
    return [*pairs[:-1], (None if key is None else str(int(key) + 1), row)]


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
    params = {**exchange.request.params, "objectid": str(others[0])}
    return call_next(replace(exchange, request=replace(exchange.request, params=params)))


def _many_rows(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    store = PaddedTables(exchange.backend.store, int(setting.value))
    return call_next(replace(exchange, backend=replace(exchange.backend, store=store)))


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
)
