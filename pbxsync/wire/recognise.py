"""What a reply is before anything is read from it: a refusal, a fault, nothing, or text that may hold an answer.

Every tolerance for what the server does with HTTP stands here, each with its source; those for the shapes of JSON stand in
`rows.py`. What nothing here recognises is an error that shows a harmless, shortened excerpt.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxsync.errors import Barred, Busy, Denied, Redirected, ServerFault, Unrecognised
from pbxsync.text.inert import shortened

if TYPE_CHECKING:
    from pbxsync.errors import WireError
    from pbxsync.wire.messages import Reply, Request
    from pbxsync.wire.redact import Redactor

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
    return Unrecognised(f"{request}: {what}: '{shortened(redact(shown.lstrip()[:20_000]).strip(), 160)}'")


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
