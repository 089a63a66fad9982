r"""Undoes escapes in a text and keeps track of what stood where, so that what is found after can be cut out before.

A key with special characters comes back from servers, proxies and libraries in countless ways: each decides by itself which
characters to escape, and how, and may do so twice. To list them all is hopeless; to undo them is not.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

#: So many times escapes are undone: a URL within JSON within a page.
DEPTH: Final = 3
#: Those of URLs, of JSON and JavaScript, of Python and C, backslashes before punctuation (PHP, SQL), and those of HTML.
_ESCAPE: Final = (
    r"%[0-9A-Fa-f]{2}"
    r"|\\u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}"
    r"|\\U00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[0-3][0-7]{2}|\\[^0-9A-Za-z]"
    r"|&(?:\#[0-9]{1,7}|\#[Xx][0-9A-Fa-f]{1,6}|[A-Za-z][0-9A-Za-z]{1,31});"
)
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")


class Decoded(NamedTuple):
    """A text after its escapes were undone; of each escape `begins` and `widths` in it, and `spans` where it stood."""

    text: str
    begins: list[int]
    widths: list[int]
    spans: list[tuple[int, int]]

    def before(self, start: int, stop: int) -> tuple[int, int]:
        """Return where the characters from `start` to `stop` came from in the text as it was."""
        return self._came_from(start)[0], self._came_from(stop - 1)[1]

    def _came_from(self, at: int) -> tuple[int, int]:
        """Return the beginning and the end of what one character came from."""
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
    return _replaced(_BEYOND_ASCII, lambda found: as_bytes(found.group()), text)


def unescaped(text: str) -> Decoded | None:
    """Return a text of bytes without the outermost of its escapes, None where it has none."""
    if not any(sign in text for sign in "%\\&"):
        return None
    pattern = _escapes()
    return _replaced(pattern, _meant, text) if pattern.search(text) else None


@cache
def _escapes() -> re.Pattern[str]:
    """Compile the pattern when it is first needed: most keys and texts have nothing that looks like an escape."""
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
    for found in pattern.finditer(text):
        start, stop = found.span()
        meant = meaning(found)
        pieces += (text[end:start], meant)
        begins.append(size + start - end)
        widths.append(len(meant))
        spans.append((start, stop))
        size += start - end + len(meant)
        end = stop
    return Decoded("".join([*pieces, text[end:]]), begins, widths, spans)


def _meant(found: re.Match[str]) -> str:
    """Return what an escape stands for, as bytes: one where it names a byte, else the UTF-8 of the character."""
    written = found.group()
    if written[0] == "%":
        return chr(int(written[1:], 16))
    if written[0] == "&":
        import html  # noqa: PLC0415 - 1 ms that most keys and texts never need

        return as_bytes(html.unescape(written))
    kind, digits = written[1], written[2:]
    if kind == "x":
        return chr(int(digits, 16))
    if kind == "u":
        return as_bytes(bytes.fromhex(digits.replace("\\u", "")).decode("utf-16-be", "surrogatepass"))
    if kind == "U":
        return as_bytes(chr(int(digits, 16)))
    return chr(int(written[1:], 8)) if kind in "0123" else kind
