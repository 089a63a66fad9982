r"""How every format shows the values of a field: what differs is marked, and a long text is a line diff.

Texts are compared after they are escaped, so a mark never separates a letter from its accent or the parts of an escape,
and what is printed is the text that was escaped as a whole. Escaping is exact (a backslash is doubled), so two different
values are never the same pieces.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pbxsync.model.plan import SecretDiff, TextDiff
from pbxsync.render import view
from pbxsync.text.differences import Line, Piece, is_inline, line_diff, mark
from pbxsync.text.sanitize import quote_full, sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from pbxsync.model.plan import FieldDiff

#: Lines of context that show the whole of both texts.
WHOLE: Final = 10**9
#: Quotes around a value, which are always equal.
_QUOTES: Final = 2
_UNIT: Final = re.compile(r"\\u[0-9a-f]{4}|\\.|.", re.DOTALL)


def values(diff: FieldDiff) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return `view.values(diff)` in pieces. Nothing is marked if a value is hidden or not told."""
    before, after = view.values(diff)
    if isinstance(diff, SecretDiff) or diff.before is None:
        return (Piece(before),), (Piece(after),)
    return _marked(before, after)


def lines(diff: FieldDiff, context: int = 2) -> tuple[Line, ...]:
    """Return the line diff of a long text, or nothing if the field is shown by its `values`.

    Of an add these are the lines of its text, if it has several.
    """
    if not isinstance(diff, TextDiff):
        return ()
    if diff.before is None:
        several = diff.after.split("\n") if "\n" in diff.after else ()
        return tuple(Line("+", (Piece(_escaped_line(line)),)) for line in several)
    return () if is_inline(diff.before, diff.after) else _line_diff(diff.before, diff.after, context)


def extent(diff: FieldDiff) -> str:
    """Return the sizes of the texts of a line diff: `60 lines -> 61 lines`, of an add `60 lines`."""
    if not isinstance(diff, TextDiff):
        return ""
    return _size(diff.after) if diff.before is None else f"{_size(diff.before)} -> {_size(diff.after)}"


def elision(piece: Piece) -> str:
    """Return what stands for equal text that is not shown: its number of characters."""
    return f"…({len(piece.text):,})…"


def equal_lines(line: Line) -> str:
    """Return what stands for equal lines that are not shown: those of a `Line` with the sign `@`."""
    return plural(int(line.pieces[0].text), "equal line")


@lru_cache(maxsize=10_000)
def _marked(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    old, new = _units(before), _units(after)
    pieces = mark(old, new)
    equal = sum(len(_units(piece.text)) for piece in pieces[0] if not piece.differs) - _QUOTES
    if 2 * equal > min(len(old), len(new)) - _QUOTES:
        return pieces
    # What is equal by chance says nothing: "30" -> "250" is another number, not one with another beginning.
    return _whole(before), _whole(after)


def _whole(quoted: str) -> tuple[Piece, ...]:
    """Return a value of which all but the quotes is different."""
    inner = [Piece(quoted[1:-1], differs=True)] if len(quoted) > _QUOTES else []
    return Piece(quoted[0]), *inner, Piece(quoted[-1])


@lru_cache(maxsize=1_000)
def _line_diff(before: str, after: str, context: int) -> tuple[Line, ...]:
    ours, theirs = ("\n".join(map(_escaped_line, text.split("\n"))) for text in (before, after))
    return line_diff(ours, theirs, context)


def _units(escaped: str) -> list[str]:
    """Split escaped text into what is read as one character: an escape, or a letter with its combining marks."""
    units: list[str] = []
    for match in _UNIT.finditer(escaped):
        if units and unicodedata.combining(match.group()[0]):
            units[-1] += match.group()
        else:
            units.append(match.group())
    return units


def _escaped_line(line: str) -> str:
    """Return a line of a text as JSON escapes it, but with plain quotes. A blank at its end is escaped: nobody sees it."""
    shown = quote_full(line)[1:-1].replace('\\"', '"')
    return sanitize(f"{shown[:-1]}\\u0020" if shown.endswith(" ") else shown)


def _size(text: str) -> str:
    if not text:
        return "empty"
    number = text.count("\n") + 1
    return plural(number, "line") if number > 1 else plural(len(text), "character")
