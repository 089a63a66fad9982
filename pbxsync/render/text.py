"""The plan as people read it on a terminal and in a log.

    PBX https://portal.pbxcloud.eu/pbx/proxyapi.php

    DEMO
      + "Night duty"  tenants/demo.yaml:7
          type    "FORWARD"
          number  "+45 70 12 34 56"
      ~ "Boss private phone" (id 286)  tenants/demo.yaml:12
          number  "3564732920" -> "0636287454"

    Plan: 1 to add, 1 to change.

A plan of many equal changes is shown by change: each group once, the rarest first, with its members by tenant. Values are
shown whole, because people approve a plan by what it shows. A text of several lines is a line diff: what differs in it is
whole, equal lines are left out without `verbose`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.model.plan import Action
from pbxsync.planning.groups import group_changes
from pbxsync.render import groups, marks, view
from pbxsync.render.style import painter
from pbxsync.text.sanitize import quote_full, sanitize
from pbxsync.text.words import first_names, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.plan import Change, FieldDiff, Plan, TenantPlan, Unmanaged
    from pbxsync.planning.groups import Group
    from pbxsync.render.style import Paint
    from pbxsync.text.differences import Line, Piece

_SIGNS: Final = {Action.ADD: ("+", "green"), Action.UPDATE: ("~", "yellow")}
_INDENT: Final = " " * 6
#: Begins lines of names and of text of others, so that none of these can look like a line of ours.
_BAR: Final = "|"
#: Without `verbose`: tenants with the same error or note, tenants of a group, and names of each that are listed.
_NAMED: Final = 8
#: A group of at most this many changes has a line for each of them.
_LISTED: Final = 3
#: Lines of notes that come before the changes; more of them would hide these.
_NOTES_FIRST: Final = 5


class Style(NamedTuple):
    """How to write lines. With `width=0` an `"old" -> "new"` is never broken."""

    verbose: int
    colour: bool
    width: int

    @property
    def paint(self) -> Paint:
        """What colours a text, or leaves it as it is."""
        return painter(colour=self.colour)


def plan_text(plan: Plan, *, verbose: int = 0, colour: bool = False, width: int = 80, view_by: str = "auto") -> str:
    """Return the plan as lines, without a line break at the end.

    `verbose` lists all members of a group, the whole of long texts, and the unmanaged destinations that the plan holds. An
    `"old" -> "new"` wider than `width` takes two lines. `width=0` keeps it on one, for programs that read line by line.
    `view_by` is one of `groups.VIEWS`.
    """
    style = Style(verbose, colour, width)
    paint = style.paint
    head = [paint(f"PBX {sanitize(plan.url)}", "dim")]
    head += [paint(f"! {warning}", "yellow") for warning in view.warnings(plan)]
    grouped = group_changes(plan.changes)
    if groups.shows_changes(view_by, plan.changes, grouped):
        shown = list(_by_change(plan, grouped, style))
    else:
        shown = [list(_tenant(tenant, style)) for tenant in view.worth_showing(plan, verbose)]
    closing = view.closing(plan)
    lines = [
        paint(closing.verdict, "bold"),
        closing.left_alone,
        closing.incomplete and paint(closing.incomplete, "red"),
    ]
    blocks = [head, *shown, list(_failures(plan, style)), [line for line in lines if line]]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _tenant(tenant: TenantPlan, style: Style) -> Iterator[str]:
    yield style.paint(sanitize(tenant.tenant), "bold")
    for note in view.notes(tenant):
        yield "  " + style.paint(f"! {note}", "yellow")
    for change in tenant.changes:
        yield f"  {_headline(change, style)}"
        yield from _fields(change.action, view.fields(change), style)
    if tenant.unmanaged:
        yield "  unmanaged (live, in no file: left alone)"
    yield from _rows(tenant.unmanaged)
    if tenant.shared:
        yield f"  {view.SHARED}"
    yield from _rows(tenant.shared)


def _by_change(plan: Plan, grouped: Sequence[Group], style: Style) -> Iterator[list[str]]:
    """Yield blocks of lines: the groups, and what else there is to say of tenants."""
    if grouped:
        number = plural(len(plan.changes), "change")
        counts = f"{number} in {plural(len(grouped), 'group')} of equal ones, the rarest first:"
        if len(grouped) == len(plan.changes):
            counts = f"{number}, no two of them equal:" if len(grouped) > 1 else f"{number}:"
        elif len(grouped) == 1:
            counts = f"{number}, all of them equal:"
        yield [style.paint(counts, "bold")]
    notes = list(_notes(plan, style))
    if len(notes) <= _NOTES_FIRST:
        yield notes
    for group in grouped:
        yield list(group_lines(group, style))
    if len(notes) > _NOTES_FIRST:
        yield notes
    for tenant in plan.tenants if style.verbose else ():
        if tenant.unmanaged or tenant.shared:
            yield list(_tenant(replace(tenant, changes=(), warnings=(), drift=(), left=()), style))


def _notes(plan: Plan, style: Style) -> Iterator[str]:
    for note, tenants in view.notes_in_common(plan.tenants):
        who = tenants[0] if len(tenants) == 1 else plural(len(tenants), "tenant")
        yield style.paint(f"! {who}: {note}", "yellow")
        if len(tenants) > 1:
            names = first_names(tenants, len(tenants) if style.verbose else _NAMED)
            yield style.paint(f"    {_BAR} {names}", "yellow")


def group_lines(group: Group, style: Style) -> Iterator[str]:
    """Yield the lines of a group: its number of changes, what they do, and its members."""
    sign, colour = _SIGNS[group.action]
    if len(group.changes) == 1:
        yield _headline(group.changes[0], style, tenant=True)
        yield from _fields(group.action, group.diff, style)
        return
    yield style.paint(f"{sign} {groups.title(group)}", colour)
    yield from _fields(group.action, group.diff, style)
    if style.verbose or len(group.changes) <= _LISTED:
        for change in group.changes:
            yield f"{_INDENT}{_headline(change, style, tenant=True)}"
        return
    members, rest = groups.members(group, _NAMED, _NAMED)
    for (names, more), alike in groupby(members, lambda member: (member.names, member.more)):
        *codes, last = (member.tenant for member in alike)
        words = [*(f"{code}, " for code in codes), f"{last}: ", *(f"{name}, " for name in names)]
        words[-1] = words[-1].removesuffix(", ") + (f" and {more:,} more" if more else "")
        yield from _wrapped(words, style.width)
    if rest:
        yield f"{_INDENT}{_BAR} {rest}"


def _wrapped(words: Sequence[str], width: int) -> Iterator[str]:
    """Yield words, each with its blank, in lines that are broken between two of them."""
    line = f"{_INDENT}{_BAR} "
    for word in words:
        if width and len(line) + len(word.rstrip()) > width and line.strip(f"{_BAR} "):
            yield line.rstrip()
            line = f"{_INDENT}{_BAR}   "
        line += word
    yield line


def _headline(change: Change, style: Style, *, tenant: bool = False) -> str:
    sign, colour = _SIGNS[change.action]
    code = f"{sanitize(change.tenant)} " if tenant else ""
    return (
        f"{style.paint(f'{sign} {code}{view.headline(change)}', colour)}  {style.paint(sanitize(change.source), 'dim')}"
    )


def _rows(rows: tuple[Unmanaged, ...]) -> Iterator[str]:
    for row in rows:
        yield f"{_INDENT}{sanitize(row.id)}  {quote_full(row.name)}  {sanitize(row.type)}".rstrip()


def _fields(action: Action, shown: Sequence[FieldDiff], style: Style) -> Iterator[str]:
    label_width = view.label_width(shown)
    for diff in shown:
        start = f"{_INDENT}{view.label(diff):<{label_width}}  "
        before, after = view.values(diff)
        if lines := marks.lines(diff, marks.WHOLE if style.verbose else 2):
            yield start + marks.extent(diff)
            for line in lines:
                yield from _line(line, style)
        elif action is Action.ADD:
            yield start + after
        else:
            old, new = (_marked(pieces, name, style) for pieces, name in zip(marks.values(diff), _SIDES, strict=True))
            if style.width and len(start) + len(before) + len(after) + 4 > style.width:
                yield start + old
                yield f"{'-> ':>{len(start)}}{new}"
            else:
                yield f"{start}{old} -> {new}"
        if remark := view.remark(diff):
            yield " " * len(start) + remark


_SIDES: Final = ("removed", "added")


def _marked(pieces: Sequence[Piece], name: str, style: Style) -> str:
    return "".join(style.paint(piece.text, name) if piece.differs else piece.text for piece in pieces)


def _line(line: Line, style: Style) -> Iterator[str]:
    """Yield a line of a line diff. Without colour, a second line marks what differs in it."""
    start = f"{_INDENT}  "
    if line.sign == "@":
        yield start + style.paint(f"@ {marks.equal_lines(line)}", "dim")
        return
    pieces = line.pieces
    if style.verbose:
        pieces = tuple(piece._replace(elided=False) for piece in pieces)
    pieces = tuple(piece._replace(text=marks.elision(piece)) if piece.elided else piece for piece in pieces)
    colour = {"-": "red", "+": "green"}.get(line.sign)
    sign = style.paint(line.sign, colour) if colour else _BAR
    yield f"{start}{sign} {_marked(pieces, _SIDES[line.sign == '+'], style)}".rstrip(" ")
    if not style.colour and {piece.differs for piece in pieces} == {False, True}:
        under = "".join(("^" if piece.differs else " ") * _columns(piece.text) for piece in pieces)
        yield f"{start}{_BAR} {under}".rstrip()


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)


def _failures(plan: Plan, style: Style) -> Iterator[str]:
    for message, tenants in view.failures(plan):
        who = sanitize(tenants[0]) if len(tenants) == 1 else plural(len(tenants), "tenant")
        first, *rest = message.split("\n")
        yield style.paint(f"! {who} failed: {sanitize(first)}", "red")
        for line in rest:
            yield style.paint(f"    {sanitize(line)}", "red")
        if len(tenants) > 1:
            names = first_names([sanitize(tenant) for tenant in tenants], len(tenants) if style.verbose else _NAMED)
            yield style.paint(f"    {names}", "red")
