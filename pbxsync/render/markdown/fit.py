"""Fits the details of a plan, by tenant, into the size limit of a comment.

Changes are taken by rarity: what is done to one destination comes before what is done to hundreds, because a reviewer can
judge hundreds of equal changes by one of them. Long values are cut at first, and shown whole if there is room in the end.
Every tenant is named: with its changes in a fold, or in a list of those without room for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pbxsync.render import view
from pbxsync.render.markdown import blocks, detail
from pbxsync.render.markdown.lines import WIDTH, cut, escape
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pbxsync.model.plan import Change, TenantPlan

#: After this many changes that did not fit, no others are tried: rendering takes time.
_MISSES: Final = 50
#: More closed folds than this are in a fold of their own.
_MANY: Final = 12
#: Lines of details that are open, in all folds together.
_OPEN: Final = 150
#: The code of a tenant is cut to this many characters.
_CODE: Final = 80


@dataclass(slots=True)
class Room:
    """The characters that are left, and how often something did not fit."""

    left: int
    misses: int = 0

    def take(self, number: int) -> bool:
        """Take `number` characters if that many are left, and return whether they were."""
        fits = number <= self.left
        self.left -= number if fits else 0
        self.misses += not fits
        return fits


@dataclass(slots=True)
class Fold:
    """The details of one tenant: lines of notes, of changes by their place in the plan, and of what is unmanaged."""

    tenant: TenantPlan
    notes: list[str] = field(default_factory=list)
    changes: dict[int, list[str]] = field(default_factory=dict)
    unmanaged: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """All lines, in the order of the plan."""
        changes = [line for at in sorted(self.changes) for line in self.changes[at]]
        return [*self.notes, *changes, *self.unmanaged]

    @property
    def left_out(self) -> list[Change]:
        """The changes that are not shown."""
        return [change for at, change in enumerate(self.tenant.changes) if at not in self.changes]

    def take(self, lines: list[str], room: Room) -> list[str]:
        """Return the lines if there is room for them and, before the first ones, for the fold itself; else no lines."""
        if not lines:
            return []
        empty = not (self.notes or self.changes or self.unmanaged)
        frame = blocks.size_of(self.parts(unfolded=True), 2) if empty else 0
        return lines if room.take(frame + blocks.size_of(lines, 1)) else []

    def parts(self, *, unfolded: bool) -> Iterator[str]:
        """Yield the paragraphs of the fold."""
        yield f"<details{' open' if unfolded else ''}><summary>{_summary(self.tenant)}</summary>"
        yield blocks.pre(self.lines)
        if left_out := self.left_out:
            yield f"Not shown: {plural(len(left_out), 'change')} ({view.to_do(left_out)})."
        yield "</details>"


def _summary(tenant: TenantPlan) -> str:
    """Return the line of a closed fold."""
    return f"{blocks.code(tenant.tenant, _CODE)}: {_counts(tenant)}"


def _counts(tenant: TenantPlan) -> str:
    warned = f", {plural(len(tenant.warnings), 'warning')}" if tenant.warnings else ""
    return f"{view.to_do(tenant.changes)}{warned}"


def fill(tenants: Sequence[TenantPlan], ranks: Mapping[int, int], room: Room) -> list[Fold]:
    """Return the folds for which there is room, with as much in them as possible.

    `ranks` has for the `id()` of each change its place among all changes, the rarest first.
    """
    folds = [Fold(tenant) for tenant in tenants]
    notes = Room(room.left // 2)
    for fold in folds:
        fold.notes = fold.take(blocks.notes(fold.tenant), notes)
    room.left -= room.left // 2 - notes.left
    places = [(fold, at, change) for fold in folds for at, change in enumerate(fold.tenant.changes)]
    places.sort(key=lambda place: ranks[id(place[2])])
    shortened = []
    for fold, at, change in places:
        if room.misses > _MISSES:
            break
        short = detail.short_change(change)
        if fold.take(short, room):
            fold.changes[at] = short
            shortened.append((fold, at, change))
    for fold, at, change in shortened:
        whole = detail.change(change)
        if whole != fold.changes[at] and room.take(blocks.size_of(whole, 1) - blocks.size_of(fold.changes[at], 1)):
            fold.changes[at] = whole
    for fold in folds:
        fold.unmanaged = fold.take(blocks.unmanaged(fold.tenant), room)
    return [fold for fold in folds if fold.lines]


def paragraphs(folds: Sequence[Fold], ranks: Mapping[int, int], *, by_change: bool) -> list[str]:
    """Return the paragraphs of the folds, the open ones first. Many closed ones are in a fold of their own."""
    chosen = {id(fold) for fold in _unfolded(folds, ranks, by_change=by_change)}
    parts = [part for fold in folds if id(fold) in chosen for part in fold.parts(unfolded=True)]
    closed = [fold for fold in folds if id(fold) not in chosen]
    outer = [f"<details><summary>{plural(len(closed), 'more tenant' if chosen else 'tenant')}</summary>", "</details>"]
    parts += outer[:1] if len(closed) > _MANY else []
    parts += [part for fold in closed for part in fold.parts(unfolded=False)]
    return [*parts, *(outer[1:] if len(closed) > _MANY else [])]


def _unfolded(folds: Sequence[Fold], ranks: Mapping[int, int], *, by_change: bool) -> list[Fold]:
    """Return the folds that are open: those with warnings and the rarest changes, up to `_OPEN` lines together.

    Below an overview of all changes and warnings, long details are closed.
    """
    if by_change and sum(len(fold.lines) for fold in folds) > _OPEN:
        return []

    def rank(fold: Fold) -> int:
        return -1 if fold.notes else min((ranks[id(change)] for change in fold.tenant.changes), default=-1)

    left, chosen = _OPEN, []
    for fold in sorted(folds, key=rank):
        if len(fold.lines) <= left:
            left -= len(fold.lines)
            chosen.append(fold)
    return chosen


def tenant_list(tenants: Sequence[TenantPlan], room: int) -> tuple[str, Sequence[TenantPlan]]:
    """Return a closed list of tenants by their counts, in at most `room` characters, and the last tenants, not in it."""
    low, high = 0, len(tenants)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if blocks.size(_listed(tenants[:middle])) <= room else (low, middle - 1)
    return _listed(tenants[:low]) if low else "", tenants[low:]


def _listed(tenants: Sequence[TenantPlan]) -> str:
    by_counts: dict[str, list[str]] = {}
    for tenant in tenants:
        by_counts.setdefault(_counts(tenant), []).append(escape(cut(sanitize(tenant.tenant), _CODE)))
    lines: list[str] = []
    for counts, codes in by_counts.items():
        line = f" {counts}:"
        for code in codes:
            if len(line) + len(code) + 2 > WIDTH:
                lines.append(line)
                line = "  "
            line += f" {code},"
        lines.append(line.removesuffix(","))
    head = f"<details><summary>{plural(len(tenants), 'tenant')} without room for their changes</summary>"
    return "\n\n".join([head, blocks.pre(lines), "</details>"])
