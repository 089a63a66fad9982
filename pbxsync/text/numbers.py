"""Numbers out of text of the server, which may hold anything."""

from __future__ import annotations

import time
from typing import Final

#: No count, size or time needs more; Python itself refuses to read some thousands.
_MOST_DIGITS: Final = 18


def whole_number(text: str) -> int | None:
    """Return the number that a text is, None where it is none (a sign, a blank, other digits than 0 to 9) or has no end."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def asked_pause(header: str | None) -> float | None:
    """Return the seconds that a `Retry-After` asks for, given as a number or as a date; None where it is neither."""
    if header is None:
        return None
    if (seconds := whole_number(header.strip())) is not None:
        return float(seconds)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - servers that send a date are few

    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
