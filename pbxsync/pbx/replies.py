"""What a reply is before anything is read from it: a refusal, a fault, nothing, or text that may hold an answer.

Every tolerance for what the server does with HTTP stands here, each with its source; those for the shapes of JSON stand in
`rows.py`. What nothing here recognises is an error that shows a harmless, shortened excerpt.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from pbxsync.errors import Barred, Busy, Denied, NotThere, Redirected, ServerFault, Unrecognised
from pbxsync.text.sanitize import truncate

if TYPE_CHECKING:
    from pbxsync.api.operations import Operation
    from pbxsync.api.request import Reply, Request
    from pbxsync.errors import WireError
    from pbxsync.redaction.redactor import Redactor

#: How the one error text begins (field: `Too bad... you mistaken the security api key.`, with HTTP 200).
_TOO_BAD: Final = re.compile(r"[\"'\s]*too\s+bad\b", re.IGNORECASE)
#: A body that holds nothing: also how errors look (field).
NOTHING: Final = frozenset({"", "null", "false"})

_TOO_BAD_MEANS: Final = (
    "the PBX refuses this (it says 'Too bad… you mistaken the security api key.'): the key is wrong, or there is no such"
    " tenant, or the key may not do this (the API has one text for all of these)"
)


def usable(reply: Reply, request: Request, redact: Redactor) -> bytes:
    """Return the body of a reply that is not plainly an error, a byte order mark taken off (guess: PHP files with one).

    Raises Busy, ServerFault, Denied, Redirected and Unrecognised, by status and by the one error text.
    """
    if reply.status != 200:
        raise _by_status(reply, request, redact)
    body = reply.body[3:] if reply.body.startswith(b"\xef\xbb\xbf") else reply.body
    if len(body) < 4096 and _TOO_BAD.match(body[:64].decode("latin-1")):
        raise Denied(f"{request}: {_TOO_BAD_MEANS}")
    return body


def text(body: bytes, request: Request, redact: Redactor) -> str:
    """Return a body as text. It is UTF-8 or not understood: to guess a charset is to mangle a name."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise unrecognised("a reply that is not UTF-8", body, request, redact) from None


def unrecognised(what: str, body: bytes | str, request: Request, redact: Redactor) -> Unrecognised:
    """Return the error for a reply that no known shape fits, with an excerpt from which the keys are out.

    There is none where the project has sensitive params, or the request wrote something: the reply may repeat a value.
    """
    if redact.withhold or request.jsondata is not None:
        return Unrecognised(f"{request}: {what} ({len(body):,} long; not shown, it may hold sensitive values)")
    shown = body.decode(errors="replace") if isinstance(body, bytes) else body
    # Redacted first: an excerpt that is cut within a key would no longer be recognised as holding one.
    return Unrecognised(f"{request}: {what}: '{truncate(redact(shown.lstrip()[:20_000]).strip(), 160)}'")


def _by_status(reply: Reply, request: Request, redact: Redactor) -> WireError:
    """Return the error that a status other than 200 stands for; PHP itself answers 200 to all (field)."""
    status = reply.status
    if status == 429 or (status == 503 and reply.retry_after is not None):
        text = f"{request}: the PBX has too much to do (HTTP {status})"
        return Busy(text, reply.retry_after, open_outcome=status == 503)
    if status >= 500:
        return ServerFault(f"{request}: the server failed (HTTP {status})")
    if 300 <= status < 400:
        return Redirected(
            f"{request}: the server answers with a redirect (HTTP {status}), which is never followed: it would take the"
            " key along. Set the url to where the API really is"
        )
    if status in {401, 403, 407}:
        return Barred(f"{request}: refused by a proxy or web server in front of the PBX (HTTP {status})")
    if status == 404:
        return Unrecognised(f"{request}: nothing at this url (HTTP 404): check the url of the project")
    return unrecognised(f"an unexpected HTTP status {status}", reply.body, request, redact)


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
