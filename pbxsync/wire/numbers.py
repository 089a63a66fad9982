"""Whole numbers out of text of the server, which may hold anything."""

from __future__ import annotations

from typing import Final

#: No count, size or time needs more; Python itself refuses to read some thousands.
_MOST_DIGITS: Final = 18


def whole_number(text: str) -> int | None:
    """Return the number that a text is, None where it is none (a sign, a blank, other digits than 0 to 9) or has no end."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
