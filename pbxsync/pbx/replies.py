"""Judges a reply before anything is read from it: an answer, a refusal, a failure, or nothing.

First by HTTP status and by the texts that any operation may be refused with (`usable`), then by what the operation answers
(`check_start`). Every tolerance has its source; those for the shapes of JSON are in `shapes.py`. What is not recognised is
an error with a short, harmless excerpt.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from pbxsync.errors import Barred, Busy, Denied, NotThere, Redirected, ServerFault, Unrecognised
from pbxsync.http.retry import is_too_busy
from pbxsync.pbx.shapes import ShapeError, check_kind
from pbxsync.text.sanitize import truncate

if TYPE_CHECKING:
    from pbxsync.api.operations import Operation
    from pbxsync.api.request import Reply, Request
    from pbxsync.errors import WireError
    from pbxsync.redaction.redactor import Redactor

#: How the one error text begins (field: `Too bad... you mistaken the security api key.`, with HTTP 200).
_TOO_BAD: Final = re.compile(r"[\"'\s]*too\s+bad\b", re.IGNORECASE)
#: A refused tenant, or a key that is not for it (field): `Wrong or missing tenant`.
_WRONG_TENANT: Final = re.compile(r"[\"'\s]*wrong or missing tenant\b", re.IGNORECASE)
#: A body that holds nothing, which is also what errors look like (field).
NOTHING: Final = frozenset({"", "null", "false"})

_TOO_BAD_MEANS: Final = (
    "the PBX refuses this (it says 'Too bad… you mistaken the security api key.'): the key is wrong, or there is no such"
    " tenant, or the key may not do this (the API has one text for all of these)"
)


def usable(reply: Reply, request: Request, redact: Redactor) -> bytes:
    """Return the body of a reply that is not plainly an error, without a byte order mark (guess: PHP files with one).

    Raises Busy, ServerFault, Denied, Barred, Redirected and Unrecognised.
    """
    if reply.status != 200:
        raise _by_status(reply, request, redact)
    body = reply.body[3:] if reply.body.startswith(b"\xef\xbb\xbf") else reply.body
    if len(body) < _START:
        start = body[:64].decode("latin-1")
        if _TOO_BAD.match(start):
            raise Denied(f"{request}: {_TOO_BAD_MEANS}")
        if _WRONG_TENANT.match(start):
            raise Denied(f"{request}: the PBX refuses this (it says 'Wrong or missing tenant'): check tenant and key")
    return body


def text(body: bytes, request: Request, redact: Redactor) -> str:
    """Return a body as text. It is UTF-8 or refused, because a guessed charset would change names."""
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise unrecognised("a reply that is not UTF-8", body, request, redact) from None


def unrecognised(what: str, body: bytes | str, request: Request, redact: Redactor) -> Unrecognised:
    """Return the error for a reply of no known shape, with an excerpt without keys.

    There is no excerpt if the project has sensitive params or the request wrote: the reply may repeat a secret value.
    """
    if redact.withhold or request.jsondata is not None:
        return Unrecognised(f"{request}: {what} ({len(body):,} long; not shown, because it may hold sensitive values)")
    shown = body.decode(errors="replace") if isinstance(body, bytes) else body
    # Redacted before it is cut: half a key would not be recognised.
    return Unrecognised(f"{request}: {what}: '{truncate(redact(shown.lstrip()[:20_000]).strip(), 160)}'")


def _by_status(reply: Reply, request: Request, redact: Redactor) -> WireError:
    """Return the error for a status other than 200, with which PHP itself never answers (field)."""
    status = reply.status
    if is_too_busy(status, reply.retry_after):
        text = f"{request}: the PBX has too much to do (HTTP {status})"
        return Busy(text, reply.retry_after, open_outcome=status == 503)
    if status >= 500:
        return ServerFault(f"{request}: the server failed (HTTP {status})")
    if 300 <= status < 400:
        return Redirected(
            f"{request}: the server answers with a redirect (HTTP {status}), which is never followed, because it would"
            " take the key along. Set url: to where the API is"
        )
    if status in {401, 403, 407}:
        return Barred(f"{request}: refused by a proxy or web server in front of the PBX (HTTP {status})")
    if status == 404:
        return Unrecognised(f"{request}: nothing at this url (HTTP 404): check the url of the project")
    return unrecognised(f"an unexpected HTTP status {status}", reply.body, request, redact)


#: Bytes at the start of a reply that tell what it is.
_START: Final = 4096
#: A whole page, as a proxy or a login sends it (guess, usual).
_PAGE: Final = re.compile(rb"\s*(?:<!doctype\s+html|<html)\b", re.IGNORECASE)
#: PHP's own complaints before or instead of an answer (guess), with and without its HTML.
_PHP: Final = re.compile(
    rb"\s*(?:<br\s*/?>\s*)?(?:<b>|PHP )?(?:warning|notice|fatal error|parse error|deprecated)(?:</b>)?:", re.IGNORECASE
)
#: Refusals in the form in which DIAL reports success (doc).
_FAILURE: Final = re.compile(rb"\s*(?:error|fail(?:ed|ure)?)\s*[|:!]", re.IGNORECASE)
#: Short texts about a parameter (field): `No id specified`, `No extension specified`, and their like (guess).
_PARAMETER: Final = re.compile(
    rb"[\"'\s]*(?:no [\w ]{1,40} (?:specified|given|found)|(?:wrong|missing|invalid|unknown)\b[\w ]{1,60})[\"'.!\s]*",
    re.IGNORECASE,
)
_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
#: DIAL without `format` (doc): `Success|Originate successfully queued|15a4cfe6429054|`.
_SUCCESS: Final = re.compile(rb"\s*success\s*\|", re.IGNORECASE)
_NUMBER: Final = re.compile(rb"\s*[0-9]+\s*\Z")


def check_start(start: bytes, request: Request, operation: Operation | None, redact: Redactor) -> None:
    """Raise NotThere for an empty reply, and Unrecognised for one that does not answer this operation.

    `start` is the whole reply, or at least its first bytes.
    """
    if start.strip().decode("latin-1") in NOTHING:
        if operation is None or not operation.reads:
            text = "an empty reply, which does not say whether anything was done: read it back"
            raise NotThere(f"{request}: {text}", open_outcome=True)
        raise NotThere(
            f"{request}: an empty reply: the operation or a parameter is unknown or missing, or nothing was found, or the"
            " key may not do this (the API has one reply for all of these)"
        )
    kind = operation.kind if operation is not None else ""
    reqtype = operation.reqtype if operation is not None else ""
    as_csv = kind == "CSV" and request.value("format").lower() == "csv"
    refused = _PARAMETER.fullmatch(start) or (kind in {"text", ""} and _FAILURE.match(start))
    checks = (
        (reqtype != "HELP" and _PAGE.match(start), "an HTML page: a login page, or a proxy in front of the PBX"),
        (_PHP.match(start), "an error message of PHP"),
        (refused or (reqtype == "DIAL" and _dialled(start) is False), "the PBX refuses this"),
        (kind == "JSON" and not _JSON.match(start), "a reply that is not JSON"),
        (as_csv and _JSON.match(start), "JSON instead of CSV"),
        (kind == "audio" and not looks_binary(start), "text instead of audio"),
        (reqtype == "DIAL" and not _dialled(start), "neither of the two forms of success (doc, field)"),
        (reqtype == "COUNTCALLS" and not _NUMBER.match(start), "a reply that is not a number"),
    )
    for wrong, fact in checks:
        if wrong:
            raise unrecognised(fact, start[:_START], request, redact)


def checked_json(body: bytes, request: Request, redact: Redactor) -> bytes:
    """Return a body that is JSON from beginning to end. Raises Unrecognised if it was cut short or is broken.

    Also if it answers another question than that for the types or the destinations.
    """
    try:
        value = json.loads(body, parse_int=str)
    except (ValueError, RecursionError):
        raise unrecognised("JSON that was cut short or is broken", body, request, redact) from None
    try:
        check_kind(value, request.value("object").upper(), request.value("objectid"))
    except ShapeError as error:
        raise unrecognised(f"a reply with {error}", body, request, redact) from None
    return body


def looks_binary(start: bytes) -> bool:
    """Whether bytes are not UTF-8 text. A character that is cut at their end does not count."""
    head = start[:_START]
    if b"\0" in head:
        return True
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start < len(head) - 3 or len(start) <= _START
    return False


def call_id(reply: bytes) -> str | None:
    """Return the call id in the reply to DIAL, in its text form (doc) or as JSON (field); None if there is none."""
    if _JSON.match(reply):
        answer = _dial_answer(reply)
        identity = answer.get("ID")
        return identity.strip() or None if isinstance(identity, str) else None
    parts = reply.decode("utf-8", "replace").split("|")
    return parts[2].strip() or None if len(parts) > 2 else None


def _dialled(start: bytes) -> bool | None:
    """Whether a reply to DIAL says that the call was placed, None if it says neither.

    With `format=json` it is `{"Response": "Success", …}`, or `"Error"` (field).
    """
    if _SUCCESS.match(start):
        return True
    response = str(_dial_answer(start).get("Response", "")).lower()
    return {"success": True, "error": False}.get(response)


def _dial_answer(reply: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(reply)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
