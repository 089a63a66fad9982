"""The changes of a plan as lines of HTML: a headline, then one line per field, with what differs in `<mark>`."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from pbxsync.model.plan import Action
from pbxsync.render import marks, view
from pbxsync.render.markdown.lines import ALL, WIDTH, broken, cut, escape, marked, wrapped
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.model.plan import Change, FieldDiff

SIGNS: Final = {Action.ADD: "+", Action.UPDATE: "~"}
#: The indentation of what belongs to a field.
_DEEP: Final = " " * 6
#: In a shortened change: lines of a field, lines of a diff that follow each other with one sign, lines that one of these is
#: broken into, or another value is, and characters of a label.
_LINES: Final = 40
_RUN: Final = 4
_ROWS: Final = 3
_ROWS_OF_VALUE: Final = 8
_LABEL: Final = 40


def change(change: Change) -> list[str]:
    """Return a change whole."""
    return _change(change, short=False)


def short_change(change: Change) -> list[str]:
    """Return a change with long names and values cut; each cut says how much is missing."""
    return _change(change, short=True)


def _change(change: Change, *, short: bool) -> list[str]:
    headline = broken(f"{SIGNS[change.action]} ", place(change, short=short))
    return [*headline, *fields(view.fields(change), change.action, short=short)]


def place(change: Change, *, short: bool) -> str:
    """Return the name of a destination, its id, and where the files ask for the change."""
    headline, source = view.headline(change), sanitize(change.source)
    return f"{cut(headline)}  {cut(source)}" if short else f"{headline}  {source}"


def fields(rows: Sequence[FieldDiff], action: Action, *, short: bool) -> list[str]:
    """Return the fields of a change or a group, indented."""
    width = view.label_width(rows)
    lines: list[str] = []
    for row in rows:
        label = view.label(row)
        label = f"    {cut(label, _LABEL) if short else label:<{width}}  "
        shown = _long(row, label, short=short) or _inline(row, label, action, short=short)
        lines += _cut_lines(shown, _LINES) if short else shown
        remark = view.remark(row)
        lines += [escape(f"{_DEEP}{cut(remark) if short else remark}")] if remark else []
    return lines


def in_list(text: str) -> list[str]:
    """Return sanitized text as an item of a list below the fields of a group."""
    return broken(f"{' ' * 8}| ", text)


def _cut_lines(lines: list[str], limit: int) -> list[str]:
    hidden = len(lines) - limit
    return [*lines[:limit], f"{_DEEP}… {plural(hidden, 'more line')} …"] if hidden > 0 else lines


def _inline(row: FieldDiff, label: str, action: Action, *, short: bool) -> list[str]:
    """Return a field with its values on one line, or on several if they are too wide."""
    before, after = marks.values(row)
    rows = _ROWS_OF_VALUE if short else ALL
    if action is Action.ADD:
        return wrapped(label, after, rows)
    if len(label) + sum(len(piece.text) for piece in (*before, *after)) + 4 <= WIDTH:
        return [f"{escape(label)}{marked(before)} -> {marked(after)}"]
    # The arrow is below the end of the label, so that both values begin in one column.
    return [*wrapped(label, before, rows), *wrapped(f"{'-> ':>{len(label)}}", after, rows)]


def _long(row: FieldDiff, label: str, *, short: bool) -> list[str]:
    """Return a field as a line diff, or nothing if its values are short. A shortened one still has old and new lines."""
    diff = marks.lines(row)
    lines = [f"{escape(label)}{marks.extent(row)}"] if diff else []
    for sign, run in groupby(diff, lambda line: line.sign):
        if sign == "@":
            lines += [f"{_DEEP}… {marks.equal_lines(line)} …" for line in run]
            continue
        start = f"{_DEEP}{'|' if sign == ' ' else sign} "
        rows = [wrapped(start, line.pieces, _ROWS if short else ALL) for line in run]
        hidden = len(rows) - _RUN if short else 0
        lines += [line for shown in (rows[:_RUN] if short else rows) for line in shown]
        lines += [f"{start}… {plural(hidden, 'more line')} …"] if hidden > 0 else []
    return lines
