"""Tenant files from plain values. Every value is double-quoted, so no character has a meaning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def tenant_text(code: str, destinations: Iterable[Mapping[str, Any]], **settings: str) -> str:
    """Return the text of a tenant file."""
    lines = [f"tenant: {_quoted(code)}", *(f"{name}: {value}" for name, value in settings.items())]
    rows = [_destination(fields) for fields in destinations]
    return "\n".join([*lines, "destinations:" if rows else "destinations: []", *rows, ""])


def _destination(fields: Mapping[str, Any]) -> str:
    parts = [f"{name}: {_value(value)}" for name, value in fields.items()]
    return "  - " + "\n    ".join(parts)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(str(name))}: {_quoted(text)}" for name, text in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_quoted, value)) + "]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def forward(name: str, number: str = "100", **more: Any) -> dict[str, Any]:
    """A destination that forwards to a number."""
    return {"name": name, "type": "FORWARD", "params": [number, "INCOMINGDID", "30"], **more}
