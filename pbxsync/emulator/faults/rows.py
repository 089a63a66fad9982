"""Faults of the rows in a reply: missing, twice, of the wrong shape, another's, far too many."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from pbxsync.emulator.faults.kind import Kind
from pbxsync.emulator.faults.tables import Crowded

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.kind import Case, Effect, Go, Setting

Pairs = list[tuple[str | None, Any]]
"""The rows of a list, each with its key, None in an array. A list of pairs may hold a key twice; a dict may not."""

_LIST: Final = {"object": "CUSTOM", "action": "LIST"}
_GET: Final = {"object": "CUSTOM", "action": "GET"}
_ID_NAMES: Final = ("cu_id", "cu_te_id", "cu_ct_id", "ct_id")


def _on_rows(change: Callable[[Pairs, int], Pairs]) -> Effect:
    """Change the rows of a list; an answer that has none stays as it is."""

    def effect(setting: Setting, case: Case, go: Go) -> Answer:
        answer = go(case)
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


def _number_ids(_: Setting, case: Case, go: Go) -> Answer:
    answer = go(case)
    try:
        value = json.loads(answer.body, object_hook=_as_numbers)
    except ValueError:
        return answer
    return replace(answer, body=json.dumps(value).encode())


def _as_numbers(row: dict[str, Any]) -> dict[str, Any]:
    return {name: int(value) if name in _ID_NAMES and value else value for name, value in row.items()}


def _other_row(_: Setting, case: Case, go: Go) -> Answer:
    others = [
        row["cu_id"] for row in case.world.store.rows(case.call.tenant) if row["cu_id"] != case.call.text("objectid")
    ]
    if not others:
        return go(case)
    params = {**case.call.params, "objectid": str(others[0])}
    return go(replace(case, call=replace(case.call, params=params)))


def _many_rows(setting: Setting, case: Case, go: Go) -> Answer:
    crowded = replace(case.world, store=Crowded(case.world.store, int(setting.value)))
    return go(replace(case, world=crowded))


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
    Kind("missing-row", "a list without its last so many rows", _on_rows(_missing), unit="", default=1, only=_LIST),
    Kind("twice-row", "a list with its first row twice (in an object: the key twice)", _on_rows(_twice), only=_LIST),
    Kind("bad-row", "a list whose last row is a text", _on_rows(_bad), only=_LIST),
    Kind(
        "no-id-row", "a list whose last row has no id (in an object: an empty key)", _on_rows(_without_id), only=_LIST
    ),
    Kind(
        "wrong-key", "an object whose last row stands under another key than its id", _on_rows(_wrong_key), only=_LIST
    ),
    Kind("number-ids", "ids as JSON numbers", _number_ids),
    Kind("other-row", "a get answers another object's row, where the tenant has another", _other_row, only=_GET),
    Kind("many-rows", "so many rows more in the list", _many_rows, unit="", default=10_000, only={"object": "CUSTOM"}),
)
