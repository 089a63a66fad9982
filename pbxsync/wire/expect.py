"""How an answer of each kind of operation begins; what begins otherwise is an error of the server, though it says 200."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from pbxsync.errors import NotThere
from pbxsync.wire.recognise import NOTHING, unrecognised

if TYPE_CHECKING:
    from pbxsync.wire.catalogue import Operation
    from pbxsync.wire.messages import Request
    from pbxsync.wire.redact import Redactor

#: As much of the beginning as tells text from what is none.
_LOOKED_AT: Final = 4096
#: A whole page, as a proxy or a login sends it (guess, usual).
_PAGE: Final = re.compile(rb"\s*(?:<!doctype\s+html|<html)\b", re.IGNORECASE)
#: PHP's own complaints before or instead of an answer (guess), with and without its HTML.
_PHP: Final = re.compile(
    rb"\s*(?:<br\s*/?>\s*)?(?:<b>|PHP )?(?:warning|notice|fatal error|parse error|deprecated)(?:</b>)?:", re.IGNORECASE
)
#: How texts begin that say no; DIAL says yes in the same form (doc).
_FAILURE: Final = re.compile(rb"\s*(?:error|fail(?:ed|ure)?)\s*[|:!]", re.IGNORECASE)
_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_SUCCESS: Final = re.compile(rb"\s*success\s*\|", re.IGNORECASE)
_NUMBER: Final = re.compile(rb"\s*[0-9]+\s*\Z")


def check_start(start: bytes, request: Request, operation: Operation | None, redact: Redactor) -> None:
    """Raise NotThere for an empty reply, and Unrecognised for one that is no answer to this operation."""
    if start.strip().decode("latin-1") in NOTHING:
        may_write = operation is None or not operation.reads
        raise NotThere(_nothing(request, may_write=may_write), open_outcome=may_write)
    wrong = _wrong(start, request, operation)
    if wrong:
        raise unrecognised(wrong, start[:_LOOKED_AT], request, redact)


def checked_json(body: bytes, request: Request, redact: Redactor) -> bytes:
    """Return a body that is JSON from beginning to end; raise Unrecognised where it was cut short or is broken."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        raise unrecognised("JSON that was cut short or is broken", body, request, redact) from None
    return body


def looks_binary(start: bytes) -> bool:
    """Whether bytes are no UTF-8 text; a character that is cut at their end is none against it."""
    head = start[:_LOOKED_AT]
    if b"\0" in head:
        return True
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start < len(head) - 3 or len(start) <= _LOOKED_AT
    return False


def _wrong(start: bytes, request: Request, operation: Operation | None) -> str:
    """Return what is wrong with the beginning of a reply, or nothing."""
    kind = operation.kind if operation is not None else ""
    reqtype = operation.reqtype if operation is not None else ""
    as_csv = kind == "CSV" and request.value("format").lower() == "csv"
    checks = (
        (reqtype != "HELP" and _PAGE.match(start), "an HTML page: a login page, or a proxy in front of the PBX"),
        (_PHP.match(start), "an error message of PHP"),
        (kind in {"text", ""} and _FAILURE.match(start), "the PBX says no"),
        (kind == "JSON" and not _JSON.match(start), "a reply that is no JSON"),
        (as_csv and _JSON.match(start), "JSON where CSV belongs"),
        (kind == "audio" and not looks_binary(start), "a text where audio belongs"),
        (reqtype == "DIAL" and not _SUCCESS.match(start), "not the success that the document shows"),
        (reqtype == "COUNTCALLS" and not _NUMBER.match(start), "a reply that is no number"),
    )
    return next((said for is_so, said in checks if is_so), "")


def _nothing(request: Request, *, may_write: bool) -> str:
    if may_write:
        return f"{request}: an empty reply, which does not tell whether anything was done: read it back"
    return (
        f"{request}: an empty reply: the operation or a parameter is unknown or missing, or nothing was found, or the key"
        " may not do this (the API has one reply for all of these)"
    )
