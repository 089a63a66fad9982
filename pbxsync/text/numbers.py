"""Numbers from text of the server, which may hold anything."""

from __future__ import annotations

import time
from typing import Final

#: No count, size or time needs more digits; Python itself refuses to read some thousands.
_MOST_DIGITS: Final = 18


def whole_number(text: str) -> int | None:
    """Return the number in a text of digits 0 to 9, or None for anything else (a sign, a blank) and for too many digits."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def asked_pause(header: str | None) -> float | None:
    """Return the seconds of a `Retry-After`, which is a number or a date; None if it is neither."""
    if header is None:
        return None
    if (seconds := whole_number(header.strip())) is not None:
        return float(seconds)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - few servers send a date

    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
