"""Faults of the store: values that are kept otherwise than sent, writes that do nothing, reads from an old cache."""

from __future__ import annotations

import html
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from pbxsync.emulator.faults.kind import Kind
from pbxsync.emulator.faults.tables import Bending, Pretending

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.kind import Case, Effect, Go, Setting

_FIELD: Final = {"field": "of which columns, cu_param* for instance; without it of the name and all parameters"}


def _stored(bend: Callable[[str, int], str]) -> Effect:
    """Keep values otherwise than they were sent; the answer shows them as sent, as SQL text would."""

    def effect(setting: Setting, case: Case, go: Go) -> Answer:
        pattern = setting.options.get("field", "cu_*")

        def bent(name: str, value: str) -> str:
            return bend(value, int(setting.value)) if name != "cu_ct_id" and fnmatchcase(name, pattern) else value

        return go(replace(case, world=replace(case.world, store=Bending(case.world.store, bent))))

    return effect


def _cut(value: str, length: int) -> str:
    return value[:length]


def _trim(value: str, _: int) -> str:
    return value.strip()


def _escape(value: str, _: int) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')


def _html(value: str, _: int) -> str:
    return html.escape(value)


def _lie(_: Setting, case: Case, go: Go) -> Answer:
    pretended = go(replace(case, world=replace(case.world, store=Pretending(case.world.store))))
    return replace(pretended, committed=False)


def _stale(setting: Setting, case: Case, go: Go) -> Answer:
    call = case.call
    if call.word("cache") == "NO" or call.method != "GET":
        return go(case)
    read = (call.operation, call.tenant, call.text("objectid"))
    with setting.lock:
        if read not in setting.memory:
            setting.memory[read] = go(case)
        answer: Answer = setting.memory[read]
    return answer


KINDS: Final = (
    Kind(
        "cut-values",
        "keeps the first so many characters of a value",
        _stored(_cut),
        unit="",
        default=10,
        options=_FIELD,
    ),
    Kind("trim-values", "keeps values without the blanks around them", _stored(_trim), options=_FIELD),
    Kind(
        "escape-quotes", "keeps quotes and backslashes with a backslash before each", _stored(_escape), options=_FIELD
    ),
    Kind("escape-html", "keeps & < > and quotes as HTML entities", _stored(_html), options=_FIELD),
    Kind("lie", "says that it worked, and changes nothing", _lie, only={"object": "CUSTOM", "action": "UPDATE"}),
    Kind(
        "stale", "answers a GET as it did the first time, unless cache=no is sent", _stale, only={"reqtype": "MANAGEDB"}
    ),
)
