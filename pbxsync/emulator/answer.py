"""What an operation answers, before any HTTP is made of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

TOO_BAD: Final = "Too bad... you mistaken the security api key."
"""One text for a wrong key, no tenant, an unknown tenant and a key that may not do this [field]."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with its type; `content` None leaves the type to the format asked for and the dialect.

    `committed` says whether the store was changed on the way.
    """

    body: bytes = b""
    content: str | None = None
    status: int = 200
    committed: bool = False


def text(body: str, *, committed: bool = False) -> Answer:
    """Plain text, under whatever content type the PBX gives it."""
    return Answer(body.encode(), committed=committed)


def jsonish(value: object, *, committed: bool = False) -> Answer:
    """JSON, as compact as PHP writes it."""
    return text(json.dumps(value, separators=(",", ":")), committed=committed)


NOTHING: Final = Answer()
"""Unknown operation, missing parameter, nothing found: an empty 200 for each [field]."""

REFUSED: Final = text(TOO_BAD)
