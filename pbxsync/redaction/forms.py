"""The forms of a key in text without escapes: its bytes, its lower and upper case, base64 and hexadecimal."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from pbxsync.model.entry import SHORTEST_KEY
from pbxsync.redaction.unescape import DEPTH, as_bytes, unescaped

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A shorter key is not looked for in other case, because it could easily be a word.
_NO_WORD: Final = 8


def forms(key: str) -> set[str]:
    """Return the forms of a key, each byte as one character; none if the key is too short to be hidden."""
    if len(key) < SHORTEST_KEY:
        return set()
    # An escape may stand for a byte of UTF-8 or, in ISO 8859-1 and Python, for a character below 256.
    narrow = "".join(character if character < "\u0100" else as_bytes(character) for character in key)
    raw = key.encode("utf-8", "surrogatepass")  # the environment may hold any bytes
    encoded = _base64_forms(raw) | _base64_forms(quote(raw, safe="").encode()) | {raw.hex(), raw.hex().upper()}
    letters = (key.lower(), key.upper()) if len(key) >= _NO_WORD else ()
    written = (as_bytes(key), narrow, *map(as_bytes, letters))
    return {form for spelling in written for form in _without_escapes(spelling)} | encoded


def _without_escapes(key: str) -> Iterator[str]:
    """Yield a key, and the key with what looks like an escape in it undone, as happens when a text is unescaped."""
    yield key
    key = key.rstrip("\\")  # at the end it would escape whatever follows the key
    for _ in range(DEPTH + 1):
        if len(key) < SHORTEST_KEY:
            return
        yield key
        decoded = unescaped(key)
        if decoded is None:
            return
        key = decoded.text


def _base64_forms(raw: bytes) -> set[str]:
    """Return the base64 of `raw` within longer data, for each of the three alignments, in both alphabets."""
    pieces = set()
    for lead in range(3):
        encoded = base64.b64encode(b"\0" * lead + raw).decode()
        # The first characters depend on the bytes before, the last ones on those after: only the middle is certain.
        start = {0: 0, 1: 2, 2: 3}[lead]
        whole = encoded[start : (lead + len(raw)) * 8 // 6]
        pieces |= {whole, whole.replace("+", "-").replace("/", "_")}
    return {piece for piece in pieces if len(piece) >= SHORTEST_KEY + 2}
