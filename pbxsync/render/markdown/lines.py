"""Lines of HTML in a block of characters of one width: escaped, marked, and broken where a comment ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.render import marks
from pbxsync.text.differences import Piece
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Columns of a line: as many as a comment has on both sites, which do not break the lines of a block.
WIDTH: Final = 100
#: The columns that a value has at least, however long its label is.
_NARROW: Final = 40
#: More than any text has.
ALL: Final = 10**9
#: Begins a line that continues the one above it.
_CONTINUED: Final = "↳"
#: Characters of a name or a note in a comment.
SHORT: Final = 160


def escape(text: str) -> str:
    """Return sanitized text for HTML, outside of tags, where `>` has no meaning."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def cut(text: str, limit: int = SHORT) -> str:
    """Return sanitized text cut short. A cut through an escape leaves text that is still harmless."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def broken(start: str, text: str) -> list[str]:
    """Return sanitized text in lines, the first one after `start`."""
    return wrapped(start, (Piece(text),))


def wrapped(start: str, pieces: Sequence[Piece], most: int = ALL) -> list[str]:
    """Return pieces in at most `most` lines of `WIDTH` columns, the first one after `start`, the others below it."""
    width = max(WIDTH - len(start), _NARROW)
    rows: list[list[Piece]] = [[]]
    left = width
    for piece in pieces:
        text = marks.elision(piece) if piece.elided else piece.text
        while len(text) > left and not piece.elided:
            # Break after a blank, if there is one near the end of the line.
            end = text.rfind(" ", max(0, left - _NARROW // 2), left) + 1 or left
            rows[-1].append(piece._replace(text=text[:end]))
            rows.append([])
            text, left = text[end:], width
        rows[-1].append(piece._replace(text=text))
        left = max(0, left - len(text))
    continued = f"{' ' * (len(start) - 2)}{_CONTINUED} "
    lines = [f"{escape(continued if number else start)}{marked(row)}" for number, row in enumerate(rows[:most])]
    hidden = sum(len(piece.text) for row in rows[most:] for piece in row)
    return [*lines, f"{escape(continued)}… {plural(hidden, 'more character')} …"] if hidden else lines


def marked(pieces: Sequence[Piece]) -> str:
    """Return pieces as HTML, those that differ in `<mark>`."""
    return "".join(
        f"<mark>{escape(piece.text)}</mark>" if piece.differs and piece.text else escape(piece.text) for piece in pieces
    )
