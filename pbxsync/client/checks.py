"""Validates arguments before anything is sent; type hints alone do not stop a bad value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pbxsync.errors import UsageError
from pbxsync.kinds.custom_destination import COLUMNS, PARAM_COUNT, PARAMS, is_id
from pbxsync.project.request_defaults import MAX_RETRIES, MAX_TIMEOUT
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_PARALLEL: Final = 256


def bounds(timeout: Any, retries: Any, parallel: Any) -> None:
    """Raise UsageError for values out of range: the ranges are those of the command line."""
    if not (_is_number(timeout, int | float) and 0 < timeout <= MAX_TIMEOUT):
        raise UsageError(f"timeout must be seconds, more than 0 and at most {MAX_TIMEOUT}")
    if not (_is_number(retries, int) and 0 < retries <= MAX_RETRIES):
        raise UsageError(f"retries must be how often a read is tried, 1 to {MAX_RETRIES}")
    if not (_is_number(parallel, int) and 0 < parallel <= _MOST_PARALLEL):
        raise UsageError(f"parallel must be how many requests may be in flight, 1 to {_MOST_PARALLEL}")


def key(value: Any) -> None:
    """Raise UsageError for an empty or unsendable key, without showing it."""
    if not isinstance(value, str) or not value.strip() or not _can_be_sent(value):
        raise UsageError("the key must be a text that is not empty")


def needed(**given: Any) -> None:
    """Raise UsageError for a missing parameter: the request would mean nothing, or something else."""
    for name, value in given.items():
        if not isinstance(value, str) or not value:
            raise UsageError(f"{name} must be a text that is not empty")


def identity(objectid: Any) -> None:
    """Raise UsageError for anything but the id of a destination."""
    if not is_id(objectid):
        raise UsageError(f"{quote(str(objectid))} is not the id of a destination: custom_destinations lists them")


def columns(name: Any, type_id: Any, params: Mapping[Any, Any]) -> dict[str, str]:
    """Return the given fields of a destination as columns and their text. Raises UsageError."""
    fields = {} if name is None else {COLUMNS["name"]: _text(name, "name")}
    if type_id is not None:
        if not is_id(type_id):
            raise UsageError(f"{quote(str(type_id))} is not the number of a type, as text: custom_types lists them")
        fields[COLUMNS["type"]] = type_id
    for position, value in params.items():
        if not _is_number(position, int) or not 1 <= position <= PARAM_COUNT:
            raise UsageError(f"there is no param {quote(str(position))}: they count from 1 to {PARAM_COUNT}")
        param = PARAMS[position - 1]
        fields[COLUMNS[param]] = _text(value, param)
    return fields


def _text(value: Any, name: str) -> str:
    """Return a value to store. It must be text, because a number cannot say whether it is `30` or `030`."""
    if not isinstance(value, str):
        raise UsageError(f"{name} must be a text")
    if not _can_be_sent(value):
        raise UsageError(f"{name} cannot be sent: one of its characters does not exist in UTF-8")
    return value


def _is_number(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _can_be_sent(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True
