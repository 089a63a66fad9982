"""What of a plan a comment has room for.

Every tenant has a fold with its exact counts, while these fit in half of the room. The rest of the room goes to the
changes in them. Where it does not suffice, the tenants with the fewest changes are shortened first, the largest last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pbxsync.model.plan import Action
from pbxsync.render import view
from pbxsync.render.markdown import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.plan import Change, TenantPlan

#: After so many changes that did not fit, a few more that might are not looked for: rendering them takes time.
_PATIENCE: Final = 50


@dataclass(slots=True)
class Room:
    """How many characters are left, and how often something did not fit in them."""

    left: int
    misses: int = 0

    def take(self, number: int) -> bool:
        """Take so many characters if they are there."""
        fits = number <= self.left
        self.left -= number if fits else 0
        self.misses += not fits
        return fits


@dataclass(slots=True)
class Fold:
    """What is shown of one tenant: `blocks` of Markdown, and the changes that are not in them."""

    tenant: TenantPlan
    summary: str
    blocks: list[str] = field(default_factory=list)
    left_out: list[Change] = field(default_factory=list)

    def fill(self, room: Room) -> None:
        """Show what there is room for, in the order of the plan; room for the fold when closed is taken already."""
        frame = _room([self._opening(opened=True), _not_shown(self.tenant.changes), "</details>"])
        room.left -= frame
        self._put(blocks.notes(self.tenant), room)
        for change in self.tenant.changes:
            if not self._try(change, room):
                self.left_out.append(change)
        self._put(blocks.unmanaged(self.tenant), room)
        if not self.blocks:
            room.left += frame
        elif not self.left_out:
            room.left += _room([_not_shown(self.tenant.changes)])

    def _try(self, change: Change, room: Room) -> bool:
        if room.misses > _PATIENCE:
            return False
        return self._put(blocks.change(change), room) or self._put(blocks.short_change(change), room)

    def _put(self, block: str, room: Room) -> bool:
        fits = bool(block) and room.take(_room([block]))
        if fits:
            self.blocks.append(block)
        return fits

    def parts(self, *, opened: bool) -> Iterator[str]:
        """Give the fold in paragraphs; without anything to show it is one line that cannot be opened."""
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
    """Return the line of a tenant of which there is room for no change."""
    return f"<div>{summary}, not shown here</div>"


def _not_shown(changes: Sequence[Change]) -> str:
    return f"Not shown here: {view.counted(len(changes), 'change')} ({to_do(changes)})."


def _room(parts: Sequence[str]) -> int:
    """Return what paragraphs take, the blank lines between them included."""
    return sum(blocks.size(part) + 2 for part in parts)


def to_do(changes: Sequence[Change]) -> str:
    """Return the counts of some changes in words."""
    adds = sum(change.action is Action.ADD for change in changes)
    parts = [f"{adds} to add"] if adds else []
    parts += [f"{len(changes) - adds} to change"] if len(changes) > adds else []
    return ", ".join(parts) or "no changes"


def folds(tenants: Sequence[TenantPlan], room: Room) -> list[Fold]:
    """Return the folds that there is room for, sorted by tenant."""
    largest = sorted(tenants, key=lambda tenant: -len(tenant.changes))
    lines, chosen = Room(room.left // 2), []
    for tenant in largest:
        fold = Fold(tenant, _summary(tenant))
        if not lines.take(_room([closed(fold.summary)])):
            break
        chosen.append(fold)
    room.left -= room.left // 2 - lines.left
    for fold in chosen:
        fold.fill(room)
    return sorted(chosen, key=lambda fold: fold.tenant.tenant)


def _summary(tenant: TenantPlan) -> str:
    """Return the line that is seen while a fold is closed."""
    warned = f", {view.counted(len(tenant.warnings), 'warning')}" if tenant.warnings else ""
    return f"{blocks.code(tenant.tenant, 80)}: {to_do(tenant.changes)}{warned}"
