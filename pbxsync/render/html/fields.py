"""The fields of a change as HTML: what differs is marked, and a long text is a line diff.

Every text comes escaped for reading from `render.marks` or `render.view`, and is escaped for HTML here.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final, TypeAlias

from pbxsync.model.plan import Action
from pbxsync.render import marks, view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxsync.model.plan import FieldDiff
    from pbxsync.text.differences import Line, Piece

#: `fields_html`, which a page calls once for equal fields.
Fields: TypeAlias = "Callable[[tuple[FieldDiff, ...], Action], str]"
#: The class of an action, its sign, and the word for those who do not see the sign.
SIGNS: Final = {Action.ADD: ("add", "+", "add"), Action.UPDATE: ("change", "~", "change")}
#: The elements of a line of a diff.
_LINES: Final = {"-": "del", "+": "ins", " ": "span", "@": "i"}


def fields_html(rows: tuple[FieldDiff, ...], action: Action) -> str:
    """Return the fields of a change or of a group as one list of definitions."""
    return f"<dl>{''.join(_field(row, action) for row in rows)}</dl>"


def _field(row: FieldDiff, action: Action) -> str:
    if lines := marks.lines(row):
        value = _block(lines) + _whole(row, lines)
    else:
        before, after = map(_pieces, marks.values(row))
        value = (f"<del>{before}</del> → " if action is Action.UPDATE else "") + f"<ins>{after}</ins>"
    remark = view.remark(row)
    return f"<dt>{escape(view.label(row))}</dt><dd>{value}{f' <small>{escape(remark)}</small>' if remark else ''}</dd>"


def _whole(row: FieldDiff, lines: tuple[Line, ...]) -> str:
    """Return both texts whole, folded, if the diff leaves anything out."""
    if not any(line.sign == "@" or any(piece.elided for piece in line.pieces) for line in lines):
        return ""
    whole = _block(marks.lines(row, marks.WHOLE), whole=True)
    return f'<details class="whole"><summary>Whole: {escape(marks.extent(row))}</summary>{whole}</details>'


def _block(lines: Iterable[Line], *, whole: bool = False) -> str:
    return f'<div class="lines">{"".join(_line(line, whole=whole) for line in lines)}</div>'


def _line(line: Line, *, whole: bool) -> str:
    element = _LINES[line.sign]
    text = escape(marks.equal_lines(line)) if line.sign == "@" else f"{line.sign} {_pieces(line.pieces, whole=whole)}"
    return f"<{element}>{text}</{element}>"


def _pieces(pieces: Iterable[Piece], *, whole: bool = False) -> str:
    return "".join(_piece(piece, whole=whole) for piece in pieces)


def _piece(piece: Piece, *, whole: bool) -> str:
    if piece.elided and not whole:
        return f"<i>{escape(marks.elision(piece))}</i>"
    text = escape(piece.text)
    return f"<mark>{text}</mark>" if piece.differs else text
