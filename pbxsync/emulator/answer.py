"""What an operation answers, before any HTTP is made of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TOO_BAD: Final = "Too bad... you mistaken the security api key."
"""One text for a wrong key, no tenant, an unknown tenant and a key that may not do this [field]."""

HTML: Final = "text/html; charset=UTF-8"


class Delivery(NamedTuple):
    """How an answer leaves, where it does not simply leave.

    reset and close end the connection without it, hold does so after so many seconds, cut does so in the middle of the
    body, drip sends a byte every so many seconds.
    """

    how: Literal["reset", "close", "hold", "drip", "cut"]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with its type; `content` None leaves the type to the format asked for and the dialect.

    status 0 is no answer at all. stream, where there is one, makes the body piece by piece instead. `committed` says
    whether the store was changed on the way.
    """

    body: bytes = b""
    content: str | None = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    stream: Callable[[], Iterable[bytes]] | None = None
    wire: Delivery | None = None
    committed: bool = False


def text(body: str, *, committed: bool = False) -> Answer:
    """Plain text, under whatever content type the PBX gives it."""
    return Answer(body.encode(), committed=committed)


def jsonish(value: object, *, committed: bool = False, ascii_only: bool = True) -> Answer:
    """JSON, as compact as PHP writes it."""
    return text(json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only), committed=committed)


def page(status: int, title: str, rest: str = "") -> Answer:
    """An HTML page, as web servers make them."""
    heading = f"<html>\n<head><title>{status} {title}</title></head>\n<body>\n<h1>{status} {title}</h1>\n"
    return Answer(f"{heading}{rest}</body>\n</html>\n".encode(), HTML, status)


NOTHING: Final = Answer()
"""Unknown operation, missing parameter, nothing found: an empty 200 for each [field]."""

REFUSED: Final = text(TOO_BAD)
