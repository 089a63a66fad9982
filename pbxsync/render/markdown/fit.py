"""Fits a plan into the size limit of a comment.

Every tenant gets a fold with its exact counts, as long as these fit in half of the room. The rest goes to the changes in
the folds, the tenants with the most changes first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pbxsync.render import view
from pbxsync.render.markdown import blocks
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.plan import Change, TenantPlan

#: After this many changes that did not fit, no others are tried: rendering takes time.
_MISSES: Final = 50


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
    """One tenant: the `blocks` of Markdown that are shown, and the changes that are not."""

    tenant: TenantPlan
    summary: str
    blocks: list[str] = field(default_factory=list)
    left_out: list[Change] = field(default_factory=list)

    def fill(self, room: Room) -> None:
        """Add blocks while there is room, in the order of the plan. The caller has taken the room of the closed fold."""
        frame = _size([self._opening(opened=True), _not_shown(self.tenant.changes), "</details>"])
        room.left -= frame
        self._add(blocks.notes(self.tenant), room)
        for change in self.tenant.changes:
            fits = room.misses <= _MISSES and (
                self._add(blocks.change(change), room) or self._add(blocks.short_change(change), room)
            )
            if not fits:
                self.left_out.append(change)
        self._add(blocks.unmanaged(self.tenant), room)
        if not self.blocks:
            room.left += frame
        elif not self.left_out:
            room.left += _size([_not_shown(self.tenant.changes)])

    def _add(self, block: str, room: Room) -> bool:
        fits = bool(block) and room.take(_size([block]))
        if fits:
            self.blocks.append(block)
        return fits

    def parts(self, *, opened: bool) -> Iterator[str]:
        """Yield the paragraphs of the fold; without a block it is a single line."""
        if not self.blocks:
            yield closed(self.summary)
            return
        yield self._opening(opened=opened)
        yield from self.blocks
        yield from [_not_shown(self.left_out)] if self.left_out else []
        yield "</details>"

    def _opening(self, *, opened: bool) -> str:
        return f"<details{' open' if opened else ''}><summary>{self.summary}</summary>"


def closed(summary: str) -> str:
    """Return the line of a tenant without room for a change."""
    return f"<div>{summary}, not shown</div>"


def _not_shown(changes: Sequence[Change]) -> str:
    return f"Not shown: {plural(len(changes), 'change')} ({view.to_do(changes)})."


def _size(parts: Sequence[str]) -> int:
    """Return the size of paragraphs with the blank lines between them."""
    return sum(blocks.size(part) + 2 for part in parts)


def folds(tenants: Sequence[TenantPlan], room: Room) -> list[Fold]:
    """Return the folds for which there is room, sorted by tenant."""
    largest = sorted(tenants, key=lambda tenant: -len(tenant.changes))
    lines, chosen = Room(room.left // 2), []
    for tenant in largest:
        fold = Fold(tenant, _summary(tenant))
        if not lines.take(_size([closed(fold.summary)])):
            break
        chosen.append(fold)
    room.left -= room.left // 2 - lines.left
    for fold in chosen:
        fold.fill(room)
    return sorted(chosen, key=lambda fold: fold.tenant.tenant)


def _summary(tenant: TenantPlan) -> str:
    """Return the line of a closed fold."""
    warned = f", {plural(len(tenant.warnings), 'warning')}" if tenant.warnings else ""
    return f"{blocks.code(tenant.tenant, 80)}: {view.to_do(tenant.changes)}{warned}"
