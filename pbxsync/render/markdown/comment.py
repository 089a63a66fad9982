"""The plan as a comment on a pull or merge request: exact counts first, and within the size limit of a comment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxsync.render import view
from pbxsync.render.markdown import blocks
from pbxsync.render.markdown.fit import Room, folds
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.plan import Plan, TenantPlan
    from pbxsync.render.markdown.fit import Fold

#: GitHub accepts 65,536 characters, and a bot may add text of its own.
LIMIT: Final = 65_000

#: Characters reserved for the line that says what is missing.
_FOOT: Final = 300
#: All folds are open if there are at most this many changes.
_OPEN: Final = 12


def plan_markdown(plan: Plan, *, verbose: int = 0, marker: str = "", limit: int = LIMIT) -> str:
    """Return the plan as Markdown for GitHub and GitLab, at most `limit` (2,000 or more) characters.

    The first line is a hidden marker by which a bot finds its comment again; `marker` distinguishes several.
    """
    head = "\n\n".join(_head(plan, marker))
    room = Room(limit - blocks.size(head) - _FOOT)
    failures = list(_failures(plan, Room(room.left // 3)))
    room.left -= sum(blocks.size(block) + 2 for block in failures)
    worth = view.worth_showing(plan, verbose)
    shown = folds(worth, room)
    opened = plan.summary.changes <= _OPEN
    body = [part for fold in shown for part in fold.parts(opened=opened)]
    return "\n\n".join([head, *failures, *body, *_foot(worth, shown)])


def _head(plan: Plan, marker: str) -> Iterator[str]:
    safe = re.sub("[^A-Za-z0-9._]+", "-", marker)[:80].strip("-")
    closing = view.closing(plan)
    yield f"<!-- pbxsync-plan{' ' if safe else ''}{safe} -->\n### pbxsync plan"
    yield f"**{closing.verdict}** {closing.counts}".rstrip()
    yield from [blocks.fence("text", [f"* {blocks.cut(line)}" for line in closing.scope])] if closing.scope else []
    yield from [f"**{closing.incomplete}**"] if closing.incomplete else []
    yield f"<div><sub>PBX {blocks.code(plan.url)}, planned {blocks.code(plan.created_at, 40)}</sub></div>"


def _failures(plan: Plan, room: Room) -> Iterator[str]:
    """Yield each distinct error with its tenants while there is room, then the number of the others."""
    hidden = 0
    for message, tenants in view.failures(plan):
        block = blocks.failure(message, tenants)
        if room.take(blocks.size(block) + 2):
            yield block
        else:
            hidden += len(tenants)
    if hidden:
        yield f"{plural(hidden, 'more tenant')} failed."


def _foot(worth: Sequence[TenantPlan], shown: Sequence[Fold]) -> Iterator[str]:
    """Yield a line with exact counts of what is missing, if anything is."""
    seen = {fold.tenant.tenant for fold in shown}
    left_out = [change for fold in shown for change in fold.left_out]
    left_out += [change for tenant in worth if tenant.tenant not in seen for change in tenant.changes]
    lost = len(worth) - len(seen)
    if left_out or lost:
        tenants = f"; {plural(lost, 'tenant')} not shown at all" if lost else ""
        changes = f"{plural(len(left_out), 'change')} not shown ({view.to_do(left_out)}){tenants}"
        yield f"**{changes}: size limit of a comment.** `pbxsync show` shows the whole saved plan."
