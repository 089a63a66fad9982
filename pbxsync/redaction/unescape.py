r"""Undoes escapes in a text and remembers their places, so a key that is found afterwards can be cut out of the original.

Servers, proxies and libraries return a key with special characters in countless forms: each decides which characters to
escape, and how, and may do so twice. Nobody can list all forms, but all escapes can be undone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

#: Layers of escapes that are undone: a URL within JSON within a page.
DEPTH: Final = 3
#: Escapes of URLs, of JSON and JavaScript, of Python and C, backslashes before punctuation (PHP, SQL), and HTML entities.
_ESCAPE: Final = (
    r"%[0-9A-Fa-f]{2}"
    r"|\\u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}"
    r"|\\U00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[0-3][0-7]{2}|\\[^0-9A-Za-z]"
    r"|&(?:\#[0-9]{1,7}|\#[Xx][0-9A-Fa-f]{1,6}|[A-Za-z][0-9A-Za-z]{1,31});"
)
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")


class Decoded(NamedTuple):
    """A text with its escapes undone: for each escape its start and width in `text`, and its span in the original."""

    text: str
    begins: list[int]
    widths: list[int]
    spans: list[tuple[int, int]]

    def before(self, start: int, stop: int) -> tuple[int, int]:
        """Return the span in the original of the characters from `start` to `stop`."""
        return self._origin(start)[0], self._origin(stop - 1)[1]

    def _origin(self, at: int) -> tuple[int, int]:
        """Return the span in the original of one character."""
        number = bisect_right(self.begins, at) - 1
        if number < 0:
            return at, at + 1
        inside = at - self.begins[number]
        if inside < self.widths[number]:
            return self.spans[number]
        origin = self.spans[number][1] + inside - self.widths[number]
        return origin, origin + 1


def bytewise(text: str) -> Decoded:
    """Return the UTF-8 of a text, each byte as one character."""
    return _replaced(_BEYOND_ASCII, lambda match: as_bytes(match.group()), text)


def unescaped(text: str) -> Decoded | None:
    """Return a text of bytes with its outermost escapes undone, or None if it has no escapes."""
    if not any(sign in text for sign in "%\\&"):
        return None
    pattern = _escapes()
    return _replaced(pattern, _meaning, text) if pattern.search(text) else None


@cache
def _escapes() -> re.Pattern[str]:
    """Compile the pattern when it is first needed, because most keys and texts have no escapes."""
    return re.compile(_ESCAPE)


def as_bytes(text: str) -> str:
    """Return the UTF-8 of a text, each byte as one character."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _replaced(pattern: re.Pattern[str], meaning: Callable[[re.Match[str]], str], text: str) -> Decoded:
    pieces: list[str] = []
    begins: list[int] = []
    widths: list[int] = []
    spans: list[tuple[int, int]] = []
    size = end = 0
    for match in pattern.finditer(text):
        start, stop = match.span()
        decoded = meaning(match)
        pieces += (text[end:start], decoded)
        begins.append(size + start - end)
        widths.append(len(decoded))
        spans.append((start, stop))
        size += start - end + len(decoded)
        end = stop
    return Decoded("".join([*pieces, text[end:]]), begins, widths, spans)


def _meaning(match: re.Match[str]) -> str:
    """Return what an escape stands for: the byte if it names one, else the UTF-8 of the character."""
    escape = match.group()
    if escape[0] == "%":
        return chr(int(escape[1:], 16))
    if escape[0] == "&":
        import html  # noqa: PLC0415 - 1 ms that most keys and texts never need

        return as_bytes(html.unescape(escape))
    kind, digits = escape[1], escape[2:]
    if kind == "x":
        return chr(int(digits, 16))
    if kind == "u":
        return as_bytes(bytes.fromhex(digits.replace("\\u", "")).decode("utf-16-be", "surrogatepass"))
    if kind == "U":
        return as_bytes(chr(int(digits, 16)))
    return chr(int(escape[1:], 8)) if kind in "0123" else kind
