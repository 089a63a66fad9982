"""From the words of `pbxsync api` to one request: every word checked, none of them able to change what it means."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from pbxsync.api.operations import OPERATIONS, operation
from pbxsync.api.request import Request
from pbxsync.errors import UsageError
from pbxsync.text.sanitize import quote, truncate
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Narrower than what PHP takes: to it `key[]`, `ke.y` and ` key` may be names that it knows.
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_REFUSED: Final = {
    "key": "the key comes from the project: read_key, or with --write write_key",
    "filter": "filter is raw SQL to the server, and is never sent",
}


def request_of(reqtype: str, words: Sequence[str], jsondata: str | None = None) -> Request:
    """Return the request of `REQTYPE NAME=VALUE…`; `jsondata` is the text of a POST. Raises UsageError."""
    if not _NAME.fullmatch(reqtype):
        # What follows a = is not shown: it may be a key.
        shown = quote(reqtype.partition("=")[0])
        raise UsageError(f"{shown} is no REQTYPE: that comes first, for instance `pbxsync api COUNTCALLS`")
    params = [("reqtype", reqtype)]
    for word in words:
        name, is_there, value = word.partition("=")
        _check_name(name, has_value=bool(is_there))
        if any(name.lower() == other.lower() for other, _ in params):
            raise UsageError(f"{name} is given twice")
        params.append((name, _sendable(value, name)))
    given = [value for name, value in params if name.lower() == "jsondata"]
    if given and jsondata is not None:
        raise UsageError("jsondata is given twice: as a parameter and by --json")
    data = given[0] if given else jsondata
    if data is not None:
        _check_json(data)
    return Request(tuple((name, value) for name, value in params if name.lower() != "jsondata"), data)


def check_allowed(request: Request, *, write: bool) -> None:
    """Raise UsageError for what is not known to be a read, unless writing is allowed."""
    if write:
        return
    found = operation(request)
    if found is None:
        raise UsageError(
            f"'{request}' is not known to be a read{_meant(request)}: to send it all the same, with the write key, say"
            " --write"
        )
    if not found.reads:
        raise UsageError(f"'{request}' is no read: to send it, with the write key, say --write")
    if request.jsondata is not None:
        raise UsageError(f"'{request}' with jsondata is not known to be a read: to send it all the same, say --write")


def percent_hint(words: Sequence[str]) -> str:
    """Return a remark for values that look URL-encoded, as in the document's URLs, or nothing."""
    odd = [word for word in words if re.search(r"%[0-9A-Fa-f]{2}", word)]
    return (
        f"{truncate(odd[0])}: sent as it stands here; values are encoded for the URL, so write what is meant, = for %3D"
        if odd
        else ""
    )


def _check_name(name: str, *, has_value: bool) -> None:
    if name.lower() in _REFUSED:
        raise UsageError(f"{name.lower()} cannot be given: {_REFUSED[name.lower()]}")
    if not has_value:
        raise UsageError(f"{quote(name)} has no value: write NAME=VALUE")
    if not _NAME.fullmatch(name):
        raise UsageError(f"{quote(name)} is no name of a parameter: letters, digits and _ alone")


def _sendable(value: str, name: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(f"the value of {name} is not UTF-8") from None
    return value


def _check_json(text: str) -> None:
    """Raise UsageError for what is no JSON object; what it says is the server's to judge."""
    try:
        value = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise UsageError(f"jsondata is no JSON: {error.msg}, at line {error.lineno}, column {error.colno}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"jsondata is no JSON: {truncate(str(error))}") from None
    if not isinstance(value, dict):
        raise UsageError('jsondata must be a JSON object, for instance {"cu_name": "Boss phone"}')


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is none")


def _meant(request: Request) -> str:
    """Return which known operation was probably meant."""
    reqtype = request.value("reqtype").upper()
    alike = [each for each in OPERATIONS if each.reqtype == reqtype]
    if not alike:
        return did_you_mean(reqtype, {each.reqtype for each in OPERATIONS})
    return f" (known of {reqtype} are: {', '.join(each.words.partition(' ')[2] for each in alike)})"
