"""Faults of the store: values stored altered, writes without effect, reads from an outdated cache."""

from __future__ import annotations

import html
import time
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from pbxsync.emulator.faults.altered_tables import AlteringTables, DiscardingTables, SnapshotTables
from pbxsync.emulator.faults.base import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.base import Effect, Exchange, Handler, Setting

_FIELD: Final = {"field": "the columns, such as `cu_param*` (default: the name and all parameters)"}


def _store_as(alter: Callable[[str, int], str]) -> Effect:
    """Store altered values. The answer shows them as sent, as the SQL text of a PBX does."""

    def effect(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        pattern = setting.options.get("field", "cu_*")

        def altered(name: str, value: str) -> str:
            return alter(value, int(setting.value)) if name != "cu_ct_id" and fnmatchcase(name, pattern) else value

        return call_next(exchange.with_store(AlteringTables(exchange.backend.store, altered)))

    return effect


def _cut(value: str, length: int) -> str:
    return value[:length]


def _trim(value: str, _: int) -> str:
    return value.strip()


def _escape(value: str, _: int) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')


def _html(value: str, _: int) -> str:
    return html.escape(value)


def _lie(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    answer = call_next(exchange.with_store(DiscardingTables(exchange.backend.store)))
    return replace(answer, committed=False)


def _stale(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    request = exchange.request
    if request.word("cache") == "NO" or request.method != "GET":
        return call_next(exchange)
    read = (request.operation, request.tenant, request.text("objectid"))
    with setting.lock:
        if read not in setting.memory:
            setting.memory[read] = call_next(exchange)
        answer: Answer = setting.memory[read]
    return answer


def _list_lag(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    """Before each write, remember the rows that it changes; a list shows the rows before the first write of the lag."""
    store, tenant = exchange.backend.store, exchange.request.tenant
    began = time.monotonic() - setting.value
    with setting.lock:
        snapshots = [(at, rows) for at, rows in setting.memory.get(tenant, ()) if at > began]
        if exchange.request.word("action") not in {"LIST", "GET"}:
            snapshots.append((time.monotonic(), store.rows(tenant)))
        setting.memory[tenant] = snapshots
    if exchange.request.word("action") == "LIST" and snapshots:
        return call_next(exchange.with_store(SnapshotTables(store, snapshots[0][1])))
    return call_next(exchange)


KINDS: Final = (
    Kind(
        "cut-values",
        "stores only the first N characters of a value",
        _store_as(_cut),
        unit="",
        default=10,
        options=_FIELD,
    ),
    Kind("trim-values", "stores values without leading and trailing blanks", _store_as(_trim), options=_FIELD),
    Kind(
        "escape-quotes",
        "stores quotes and backslashes with a backslash before each",
        _store_as(_escape),
        options=_FIELD,
    ),
    Kind("escape-html", "stores & < > and quotes as HTML entities", _store_as(_html), options=_FIELD),
    Kind("lie", "reports success and changes nothing", _lie, only={"object": "CUSTOM", "action": "UPDATE"}),
    Kind("stale", "repeats its first answer to a GET unless cache=no is sent", _stale, only={"reqtype": "MANAGEDB"}),
    Kind(
        "list-lag",
        "lists the destinations as they were this long ago; a get shows them as they are",
        _list_lag,
        unit="s",
        default=6,
        only={"object": "CUSTOM"},
    ),
)
