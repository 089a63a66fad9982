"""The plan as a comment on a pull or merge request: exact counts first, and never longer than a comment may be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxsync.render import view
from pbxsync.render.markdown import blocks
from pbxsync.render.markdown.fit import Room, folds, to_do

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.plan import Plan, TenantPlan
    from pbxsync.render.markdown.fit import Fold

#: GitHub takes 65,536 characters; what a bot puts around the comment must fit too.
LIMIT: Final = 65_000

#: Room for the words on what was left out.
_FOOT: Final = 300
#: Up to this many changes all folds are open.
_OPEN: Final = 12


def plan_markdown(plan: Plan, *, verbose: int = 0, marker: str = "", limit: int = LIMIT) -> str:
    """Return the plan as Markdown for GitHub and GitLab, at most `limit` (2,000 or more) characters of it.

    Its first line is a hidden marker by which a bot finds its comment again; `marker` tells several of them apart.
    """
    head = "\n\n".join(_head(plan, marker))
    room = Room(limit - blocks.size(head) - _FOOT)
    trouble = list(_failures(plan, Room(room.left // 3)))
    room.left -= sum(blocks.size(block) + 2 for block in trouble)
    worth = view.worth_showing(plan, verbose)
    shown = folds(worth, room)
    opened = plan.summary.changes <= _OPEN
    body = [part for fold in shown for part in fold.parts(opened=opened)]
    return "\n\n".join([head, *trouble, *body, *_foot(worth, shown)])


def _head(plan: Plan, marker: str) -> Iterator[str]:
    safe = re.sub("[^A-Za-z0-9._]+", "-", marker)[:80].strip("-")
    verdict, left_alone, incomplete = view.closing(plan)
    yield f"<!-- pbxsync-plan{' ' if safe else ''}{safe} -->\n### pbxsync plan"
    yield f"**{verdict}** {left_alone}".rstrip()
    yield from [f"**{incomplete}**"] if incomplete else []
    yield f"<div><sub>PBX {blocks.code(plan.url)}, planned {blocks.code(plan.created_at, 40)}</sub></div>"


def _failures(plan: Plan, room: Room) -> Iterator[str]:
    """Give each distinct error with its tenants in a block, while there is room, and the number of the others."""
    hidden = 0
    for message, tenants in view.failures(plan):
        block = blocks.failure(message, tenants)
        if room.take(blocks.size(block) + 2):
            yield block
        else:
            hidden += len(tenants)
    if hidden:
        yield f"{view.counted(hidden, 'more tenant')} failed."


def _foot(worth: Sequence[TenantPlan], shown: Sequence[Fold]) -> Iterator[str]:
    """Say what was left out, in exact counts."""
    seen = {fold.tenant.tenant for fold in shown}
    left_out = [change for fold in shown for change in fold.left_out]
    left_out += [change for tenant in worth if tenant.tenant not in seen for change in tenant.changes]
    lost = len(worth) - len(seen)
    if left_out or lost:
        tenants = f"; {view.counted(lost, 'tenant')} left out altogether" if lost else ""
        yield (
            f"**Not shown, for want of room: {view.counted(len(left_out), 'change')} ({to_do(left_out)}){tenants}.**"
            " `pbxsync show` shows the saved plan whole."
        )
