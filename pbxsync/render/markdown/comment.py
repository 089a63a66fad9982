"""The plan as a comment on a pull or merge request, within its size limit.

It begins with the PBX, exact counts, warnings, and what is done to how many destinations, the rarest first. Then come the
details by tenant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxsync.planning.groups import group_changes
from pbxsync.project.url import EMULATOR
from pbxsync.render import view
from pbxsync.render.groups import shows_changes
from pbxsync.render.markdown import blocks, fit
from pbxsync.render.markdown.fit import Room
from pbxsync.render.markdown.groups import group_section
from pbxsync.render.markdown.lines import broken, cut
from pbxsync.render.markdown.marker import marker_line
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.plan import Change, Plan, TenantPlan
    from pbxsync.planning.groups import Group

#: GitHub accepts 65,536 characters, and a bot may add text of its own.
LIMIT: Final = 65_000

#: Characters reserved for the line that says what is missing.
_FOOT: Final = 500
#: Characters of the code of a tenant in that line, and of a url or the name of an artifact.
_CODE: Final = 24
_URL: Final = 120


def plan_markdown(
    plan: Plan,
    *,
    verbose: int = 0,
    view_by: str = "auto",
    marker: str = "",
    artifact: str = "",
    limit: int = LIMIT,
) -> str:
    """Return the plan as Markdown for GitHub and GitLab, at most `limit` (2,000 or more) characters.

    The first line is a hidden marker by which a bot finds its comment again; `marker` distinguishes several. `artifact` is
    the url or the name under which the whole plan is kept.
    """
    groups = group_changes(plan.changes)
    ranks = {id(change): rank for rank, change in enumerate(_by_rarity(groups))}
    by_change = shows_changes(view_by, plan.changes, groups)
    worth = view.worth_showing(plan, verbose)
    notes = blocks.notes_in_common(worth) if by_change else []
    head = "\n\n".join(_head(plan, marker, artifact, notes))
    room = Room(limit - blocks.size(head) - _FOOT)
    failures = list(_failures(plan, Room(room.left // 3)))
    room.left -= blocks.size_of(failures, 2)
    # The codes of all tenants come before anything else. In the end only those without details are listed.
    codes = blocks.size(fit.tenant_list(worth, room.left // 2)[0])
    room.left -= codes + 2
    overview = [*group_section(groups, Room(room.left // 2)), "#### By tenant"] if by_change else []
    room.left -= blocks.size_of(overview, 2)
    folds = fit.fill(worth, ranks, room)
    details = fit.paragraphs(folds, ranks, by_change=by_change)
    shown = {fold.tenant.tenant for fold in folds}
    others, unnamed = fit.tenant_list([tenant for tenant in worth if tenant.tenant not in shown], codes)
    left_out = [change for fold in folds for change in fold.left_out]
    left_out += [change for tenant in worth if tenant.tenant not in shown for change in tenant.changes]
    foot = _foot(left_out, unnamed, artifact)
    return "\n\n".join(part for part in [head, *failures, *overview, *details, others, foot] if part)


def _by_rarity(groups: Sequence[Group]) -> Iterator[Change]:
    """Yield the changes of the rarest group first, of each group those of the tenant with the fewest first."""
    for group in groups:
        for changes in sorted(group.tenants.values(), key=len):
            yield from changes


def _head(plan: Plan, marker: str, artifact: str, notes: Sequence[str]) -> Iterator[str]:
    closing = view.closing(plan)
    yield f"{marker_line('pbxsync-plan', marker)}\n### pbxsync plan"
    emulated = "<b>EMULATED</b> " if plan.url.startswith(EMULATOR) else ""
    kept = f", whole plan: {_kept(artifact)}" if artifact else ""
    yield f"<div>{emulated}PBX {blocks.code(plan.url, _URL)}, planned {blocks.code(plan.created_at, 40)}{kept}</div>"
    yield f"**{closing.verdict}** {closing.counts}".rstrip()
    warned = [line for warning in view.warnings(plan) for line in broken("! ", cut(str(warning)))]
    scope = [line for sentence in closing.scope for line in broken("* ", cut(sentence))]
    yield from [blocks.pre([*warned, *notes, *scope])] if warned or notes or scope else []
    yield from [f"**{closing.incomplete}**"] if closing.incomplete else []


def _kept(artifact: str) -> str:
    """Return a link to the artifact, or its name."""
    if re.match(r"https?://\S+\Z", artifact):
        return blocks.link(artifact, "artifact")
    return f"artifact {blocks.code(artifact, _URL)}"


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


def _foot(left_out: Sequence[Change], unnamed: Sequence[TenantPlan], artifact: str) -> str:
    """Return a line with exact counts of what is missing, or nothing."""
    if not left_out and not unnamed:
        return ""
    tenants = ""
    if unnamed:
        first, last = (blocks.code(tenant.tenant, _CODE) for tenant in (unnamed[0], unnamed[-1]))
        tenants = f"; {plural(len(unnamed), 'tenant')} not shown at all, by their codes from {first} to {last}"
    changes = f"{plural(len(left_out), 'change')} not shown by tenant ({view.to_do(left_out)})"
    kept = f"The whole plan: {_kept(artifact)}" if artifact else "<code>pbxsync show</code> shows the whole saved plan"
    return f"<div><b>{changes}{tenants}: size limit of a comment.</b> {kept}.</div>"
