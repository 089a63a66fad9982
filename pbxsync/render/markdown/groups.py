"""What a plan does to how many destinations, the rarest first: the part of the comment that a reviewer reads first."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from pbxsync.render import groups as shared
from pbxsync.render import view
from pbxsync.render.markdown import blocks, detail
from pbxsync.render.markdown.lines import cut, escape
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.planning.groups import Group
    from pbxsync.render.markdown.fit import Room

#: In a group of at most this size, each change has a line of its own.
_FEW: Final = 3
#: A group is shown with all its members if they take at most this many lines.
_LINES: Final = 8
#: In a larger one, this number of tenants and of names in each are shown, and all of them in a fold.
_TENANTS: Final = 8
_NAMES: Final = 6
_ALL: Final = 10**9
#: The size of a fold of members without its text, and of the line about groups without room.
_FRAME: Final = 100
_REST: Final = 150


def group_section(groups: Sequence[Group], room: Room) -> list[str]:
    """Return the groups as paragraphs.

    What they do comes first, then names of members, then all of the names. The most common groups are left out first.
    """
    room.left -= _FRAME + _REST
    shown: list[tuple[Group, list[str]]] = []
    for group in groups:
        lines = [f"{detail.SIGNS[group.action]} <b>{escape(cut(shared.title(group)))}</b>"]
        lines += detail.fields(group.diff, group.action, short=True)
        if not room.take(blocks.size_of(lines, 1) + 1):
            break
        shown.append((group, lines))
    for at, (group, _) in enumerate(shown):
        members = _first_members(group)
        shown[at][1].extend(members if room.take(blocks.size_of(members, 1)) else [])
    changes = sum(len(group.changes) for group in groups)
    parts = [f"#### {plural(changes, 'change')} in {plural(len(groups), 'group')} of equal ones, the rarest first"]
    together: list[str] = []
    for group, lines in shown:
        together += [*([""] if together else []), *lines]
        if folded := _fold(group, room):
            parts += [blocks.pre(together), *folded]
            together = []
    parts += [blocks.pre(together)] if together else []
    if left_out := groups[len(shown) :]:
        to_do = view.to_do([change for group in left_out for change in group.changes])
        least = min(len(group.changes) for group in left_out)
        parts.append(f"{plural(len(left_out), 'more group')} of {plural(least, 'change')} or more: {to_do}.")
    return parts


def _first_members(group: Group) -> list[str]:
    """Return all members of a group, or the first of them and the number of the others."""
    every = _members(group, _ALL, _ALL)
    return every if len(every) <= _LINES else _members(group, _TENANTS, _NAMES)


def _fold(group: Group, room: Room) -> list[str]:
    """Return all members of a group in a fold, if only the first of them are shown and there is room."""
    every = _members(group, _ALL, _ALL)
    if len(every) <= _LINES or not room.take(blocks.size_of(every, 1) + _FRAME):
        return []
    return [f"<details><summary>All {plural(len(group.changes), 'name')}</summary>", blocks.pre(every), "</details>"]


def _members(group: Group, tenants: int, names: int) -> list[str]:
    """Return lines of members; tenants whose members have the same names share one."""
    if len(group.changes) <= _FEW:
        named = [f"{sanitize(change.tenant)} {detail.place(change, short=True)}" for change in group.changes]
        return [line for text in named for line in detail.in_list(text)]
    members, rest = shared.members(group, tenants, names)
    lines: list[str] = []
    for _, alike in groupby(members, lambda member: (member.names, member.more)):
        *others, last = alike
        lines += detail.in_list("".join(f"{member.tenant}, " for member in others) + str(last))
    return [*lines, *(detail.in_list(rest) if rest else [])]
