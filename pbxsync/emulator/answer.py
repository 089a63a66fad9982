"""What an operation answers, before any HTTP is made of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TOO_BAD: Final = "Too bad... you mistaken the security api key."
"""One text for a wrong key, no tenant, an unknown tenant and an operation that the key does not allow [field]."""

HTML: Final = "text/html; charset=UTF-8"


class Delivery(NamedTuple):
    """How an answer is sent if not whole and at once.

    reset and close end the connection without it, hold does so after `value` seconds, cut does so in the middle of the
    body, drip sends one byte every `value` seconds, interim sends an interim answer of status `value` first.
    """

    how: Literal["reset", "close", "hold", "drip", "cut", "interim"]
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A body and its type. With `content` None, the requested format and the dialect decide the type.

    status 0 means no answer at all. `stream` produces a body that is too large to build at once; it replaces `body`.
    `committed` is true if the request changed the store.
    """

    body: bytes = b""
    content: str | None = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    stream: Callable[[], Iterable[bytes]] | None = None
    delivery: Delivery | None = None
    committed: bool = False


def text(body: str, *, committed: bool = False) -> Answer:
    """Plain text, under whatever content type the PBX sends."""
    return Answer(body.encode(), committed=committed)


def json_text(value: object, *, committed: bool = False, ascii_only: bool = True) -> Answer:
    """JSON without blanks, as PHP writes it."""
    return text(json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only), committed=committed)


def page(status: int, title: str, rest: str = "") -> Answer:
    """An HTML page as a web server makes it."""
    heading = f"<html>\n<head><title>{status} {title}</title></head>\n<body>\n<h1>{status} {title}</h1>\n"
    return Answer(f"{heading}{rest}</body>\n</html>\n".encode(), HTML, status)


NOTHING: Final = Answer()
"""The empty 200 of an unknown operation, a missing parameter and an unknown object alike [field]."""

REFUSED: Final = text(TOO_BAD)

WRONG_TENANT: Final = text("Wrong or missing tenant")
"""The refusal of operations other than MANAGEDB to a valid admin key [field]; which of them say so is a guess."""


def missing(parameter: str) -> Answer:
    """The reply to a request without a parameter: recording without id, AGENT without extension [field]; else a guess."""
    return text(f"No {parameter} specified")
