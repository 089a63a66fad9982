"""A PBX that shows secrets where they would be shown on: at the start of replies, in rows, in headers."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pbxsync.emulator import FaultSpec
from pbxsync.emulator.faults.base import Kind
from tests.redaction.writings import WRITINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.faults.base import Exchange, Handler, Setting

STATUSES = (200, 302, 400, 403, 404, 418, 429, 500, 503)
#: How a reply can begin that is taken for this or that.
STARTS = ("", "[", '{"error": "', "Error| ", "<br />\n<b>Warning</b>:  ", "<html>", "Too bad... ", "update x set y='")


def everything(secrets: Iterable[str]) -> list[FaultSpec]:
    """Every echo of these secrets. One that has many forms takes turns with each request."""
    forms = [write(secret) for secret in secrets for write in (*WRITINGS.values(), _base64)]
    return [
        *(_spec(f"text {status}", _texts(forms, status)) for status in STATUSES),
        _spec("json", _json(forms)),
        _spec("header", _header(forms)),
        *(_spec(f"rows {column}", _rows(forms, column)) for column in ("cu_name", "ct_name", "ct_description")),
        _spec("params", _rows(forms, "cu_param1")),
        _spec("keys", _keys(forms)),
    ]


def _base64(text: str) -> str:
    return base64.b64encode(f"<{text}>".encode()).decode()


def _spec(name: str, effect: Callable[[Setting, Exchange, Handler], Answer]) -> FaultSpec:
    return FaultSpec(text=name, kind=Kind(name, name, effect), value=0.0, moment=None)


def _texts(forms: list[str], status: int) -> Callable[[Setting, Exchange, Handler], Answer]:
    turns = itertools.cycle([f"{start}{form} is not known" for form in forms for start in STARTS])

    def effect(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        return replace(call_next(exchange), body=next(turns).encode(), status=status)

    return effect


def _json(forms: list[str]) -> Callable[[Setting, Exchange, Handler], Answer]:
    shapes: list[Callable[[str], Any]] = [
        lambda form: {"error": form},
        lambda form: [form],
        lambda form: {"1": {"cu_id": "1", "cu_name": 7, "error": form}},
        lambda form: {"1": {"cu_id": form, "cu_name": "x"}},
        lambda form: {form: 1, "cu_id": 1},
        lambda form: {"cu_id": "1", "cu_name": {form: form}},
    ]
    turns = itertools.cycle([json.dumps(shape(form)) for form in forms for shape in shapes])

    def effect(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        return replace(call_next(exchange), body=next(turns).encode())

    return effect


def _header(forms: list[str]) -> Callable[[Setting, Exchange, Handler], Answer]:
    turns = itertools.cycle([form for form in forms if form.isprintable() and form.isascii()])

    def effect(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        return replace(
            call_next(exchange), content=f"text/plain; k={next(turns)}", headers=(("Retry-After", next(turns)),)
        )

    return effect


def _rows(forms: list[str], column: str) -> Callable[[Setting, Exchange, Handler], Answer]:
    """Put a form into a column of each row, the same one for a row each time."""

    def changed(row: dict[str, Any]) -> dict[str, Any]:
        number = str(row.get("cu_id", row.get("ct_id", "0")))
        return {**row, column: f"a {forms[int(number) * 7 % len(forms)]}"} if column in row else row

    def effect(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        answer = call_next(exchange)
        try:
            value = json.loads(answer.body, object_hook=changed)
        except ValueError:
            return answer
        return replace(answer, body=json.dumps(value).encode())

    return effect


def _keys(forms: list[str]) -> Callable[[Setting, Exchange, Handler], Answer]:
    """Let the rows of a list stand under names that are no ids."""
    turns = itertools.cycle(forms)

    def effect(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        answer = call_next(exchange)
        try:
            value = json.loads(answer.body)
        except ValueError:
            return answer
        renamed = {f"{next(turns)}{name}": row for name, row in value.items()} if isinstance(value, dict) else value
        return replace(answer, body=json.dumps(renamed).encode())

    return effect
