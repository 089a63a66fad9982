"""What to look for in a text without escapes, to find a key in it: its bytes, in other letters too, base64 and hex."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pbxsync.model.entry import SHORTEST_KEY
from pbxsync.redaction.unescape import DEPTH, as_bytes, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A shorter key is looked for in its own letters alone: in others it is too easily a word.
_NO_WORD: Final = 8


def forms(key: str) -> set[str]:
    """Return the ways in which a key may be written, each byte as one character; none where it is too short to hide."""
    if len(key) < SHORTEST_KEY:
        return set()
    # An escape may name a byte of UTF-8 or, as ISO 8859-1 and Python have it, a character below 256.
    narrow = "".join(each if each < "\u0100" else as_bytes(each) for each in key)
    raw = key.encode("utf-8", "surrogatepass")  # the environment may hold any bytes
    encoded = _base64_forms(raw) | _base64_forms(quote(raw, safe="").encode()) | {raw.hex(), raw.hex().upper()}
    letters = (key.lower(), key.upper()) if len(key) >= _NO_WORD else ()
    written = (as_bytes(key), narrow, *map(as_bytes, letters))
    return {form for each in written for form in _undone(each)} | encoded


def _undone(key: str) -> Iterator[str]:
    """Yield a key as it is, and without what looks like an escape in it, which is undone together with real ones."""
    yield key
    key = key.rstrip("\\")  # at the end it looks like an escape of whatever comes after the key
    for _ in range(DEPTH + 1):
        if len(key) < SHORTEST_KEY:
            return
        yield key
        less = unescaped(key)
        if less is None:
            return
        key = less.text


def _base64_forms(raw: bytes) -> set[str]:
    """Return what every base64 text holds that was made of something with `raw` in it, at any alignment."""
    found = set()
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + raw).decode()
        # The first characters mix with what stands before, the last with what follows: only the middle is certain.
        start = {0: 0, 1: 2, 2: 3}[lead]
        whole = encoded[start : (lead + len(raw)) * 8 // 6]
        found |= {whole, whole.replace("+", "-").replace("/", "_")}
    return {form for form in found if len(form) >= SHORTEST_KEY + 2}
