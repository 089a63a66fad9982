"""From the arguments of `pbxsync api` to one request: every argument is checked, and none can change what it means."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from pbxsync.api.operations import OPERATIONS, READ_ACTIONS, operation
from pbxsync.api.request import Request
from pbxsync.errors import UsageError
from pbxsync.text.sanitize import quote, truncate
from pbxsync.text.words import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Narrower than what PHP takes, to which `key[]`, `ke.y` and ` key` may be names that it knows.
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_REFUSED: Final = {
    "key": "the key comes from the project: read_key, or with --write write_key",
    "filter": "filter is raw SQL to the server, and is never sent",
}
#: Writes of MANAGEDB by their right names (doc; delete: vendor): these are not misspelt.
_WRITE_ACTIONS: Final = ("add", "update", "delete")
#: How near a word must be to a known one to count as misspelt.
_MISSPELT: Final = 0.7


def request_of(reqtype: str, words: Sequence[str], jsondata: str | None = None) -> Request:
    """Return the request of `REQTYPE NAME=VALUE…`; `jsondata` is the text of a POST. Raises UsageError."""
    if not _NAME.fullmatch(reqtype):
        # What follows a = is not shown: it may be a key.
        shown = quote(reqtype.partition("=")[0])
        raise UsageError(f"{shown} is not a REQTYPE, which comes first, for instance `pbxsync api COUNTCALLS`")
    params = [("reqtype", reqtype)]
    for word in words:
        name, equals, value = word.partition("=")
        if name.lower() in _REFUSED:
            raise UsageError(f"{name.lower()} cannot be given: {_REFUSED[name.lower()]}")
        if not equals:
            raise UsageError(f"{quote(name)} has no value: write NAME=VALUE")
        if not _NAME.fullmatch(name):
            raise UsageError(f"{quote(name)} is not the name of a parameter: use only letters, digits and _")
        if any(name.lower() == other.lower() for other, _ in params):
            raise UsageError(f"{name} is given twice")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise UsageError(f"the value of {name} is not UTF-8") from None
        params.append((name, value))
    given = [value for name, value in params if name.lower() == "jsondata"]
    if given and jsondata is not None:
        raise UsageError("jsondata is given twice: as a parameter and by --json")
    data = given[0] if given else jsondata
    if data is not None:
        _check_json(data)
    return Request(tuple((name, value) for name, value in params if name.lower() != "jsondata"), data)


def check_allowed(request: Request, *, write: bool) -> None:
    """Raise UsageError for anything that is not known to be a read, unless writing is allowed."""
    if write:
        return
    selected = operation(request)
    if selected is None:
        if near := _misspelt(request):
            raise UsageError(f"'{request}' is not a known operation: did you mean {near}?")
        raise UsageError(
            f"'{request}' is not known to be a read{_known_of(request)}: to send it anyway, with the write key, add --write"
        )
    if not selected.reads:
        raise UsageError(f"'{request}' is not a read: to send it, with the write key, add --write")
    if request.jsondata is not None:
        raise UsageError(f"'{request}' with jsondata is not known to be a read: to send it anyway, add --write")


def percent_hint(words: Sequence[str]) -> str:
    """Return a remark on values that look URL-encoded, as in the document's URLs, or nothing."""
    encoded = next((word for word in words if re.search(r"%[0-9A-Fa-f]{2}", word)), None)
    if encoded is None:
        return ""
    return f"{truncate(encoded)}: sent exactly as written; pbxsync encodes values itself, so write = instead of %3D"


def _check_json(text: str) -> None:
    """Raise UsageError for anything but a JSON object; whether its content makes sense is for the server to judge."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise UsageError(f"jsondata is not JSON: {error.msg}, at line {error.lineno}, column {error.colno}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"jsondata is not JSON: {truncate(str(error))}") from None
    if not isinstance(value, dict):
        raise UsageError('jsondata must be a JSON object, for instance {"cu_name": "Boss phone"}')


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _misspelt(request: Request) -> str | None:
    """Return the word that was probably meant for an unknown reqtype, action or info, or None."""
    reqtype = request.value("reqtype").upper()
    of_reqtype = [known for known in OPERATIONS if known.reqtype == reqtype]
    if not of_reqtype:
        return nearest(reqtype, {known.reqtype for known in OPERATIONS}, _MISSPELT)
    for name in ("action", "info"):
        value = request.value(name)
        words = {dict(known.selectors).get(name, "") for known in of_reqtype} - {""}
        if reqtype == "MANAGEDB" and name == "action":
            words.update(READ_ACTIONS, _WRITE_ACTIONS)
        if value and value.lower() not in {word.lower() for word in words}:
            near = nearest(value, words, _MISSPELT)
            return None if near is None else f"{name}={near}"
    return None


def _known_of(request: Request) -> str:
    """Return the known operations of a request type in brackets, or nothing for an unknown type."""
    reqtype = request.value("reqtype").upper()
    known = [operation.words.partition(" ")[2] for operation in OPERATIONS if operation.reqtype == reqtype]
    return f" (known of {reqtype}: {', '.join(known)})" if any(known) else ""
