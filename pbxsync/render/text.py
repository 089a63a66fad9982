"""The plan as people read it on a terminal and in a log.

    DEMO
      + "Night duty"  tenants/demo.yaml:7
          type    "FORWARD"
          number  "+45 70 12 34 56"
      ~ "Boss private phone" (id 286)  tenants/demo.yaml:12
          number  "3564732920" -> "0636287454"

    Plan: 1 to add, 1 to change.

Values are to the letter and never shortened: a plan is what somebody says yes to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.model.plan import Action
from pbxsync.render import view
from pbxsync.render.style import painter
from pbxsync.text.sanitize import quote_full, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxsync.model.plan import Change, FieldDiff, Plan, TenantPlan
    from pbxsync.render.style import Paint

_SIGNS = {Action.ADD: ("+", "green"), Action.UPDATE: ("~", "yellow")}
_INDENT = " " * 6


def plan_text(plan: Plan, *, verbose: int = 0, colour: bool = False, width: int = 80) -> str:
    """Return the plan as lines, without a line break at the end.

    `verbose` lists the unmanaged destinations that the plan holds. An `"old" -> "new"` that is wider than `width` is
    put on two lines; `width=0` never does that, as is right where the reader is a program.
    """
    paint = painter(colour=colour)
    blocks = [list(_tenant(tenant, paint, width)) for tenant in view.worth_showing(plan, verbose)]
    blocks += [_failures(plan, verbose, paint), _closing(plan, paint)]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _tenant(tenant: TenantPlan, paint: Paint, width: int) -> Iterator[str]:
    yield paint(sanitize(tenant.tenant), "bold")
    for note in view.notes(tenant):
        yield "  " + paint(f"! {note}", "yellow")
    for change in tenant.changes:
        yield from _change(change, paint, width)
    if tenant.unmanaged:
        yield "  unmanaged (live, in no file: left alone)"
    for row in tenant.unmanaged:
        yield f"{_INDENT}{sanitize(row.id)}  {quote_full(row.name)}  {sanitize(row.type)}".rstrip()


def _change(change: Change, paint: Paint, width: int) -> Iterator[str]:
    sign, style = _SIGNS[change.action]
    yield f"  {paint(f'{sign} {view.headline(change)}', style)}  {paint(sanitize(change.source), 'dim')}"
    shown = view.fields(change)
    longest = max((len(view.label(diff)) for diff in shown), default=0)
    for diff in shown:
        yield from _field(diff, change.action, min(longest, 24), width)


def _field(diff: FieldDiff, action: Action, longest: int, width: int) -> Iterator[str]:
    start = f"{_INDENT}{view.label(diff):<{longest}}  "
    if action is Action.ADD:
        yield start + view.new(diff)
        return
    before, after = view.old(diff), view.new(diff)
    if width and len(start) + len(before) + len(after) + 4 > width:
        yield start + before
        yield f"{'-> ':>{len(start)}}{after}"
    else:
        yield f"{start}{before} -> {after}"


def _failures(plan: Plan, verbose: int, paint: Paint) -> list[str]:
    lines = []
    for message, tenants in view.failures(plan):
        who = sanitize(tenants[0]) if len(tenants) == 1 else f"{len(tenants)} tenants"
        first, *rest = message.split("\n")
        rest += [] if len(tenants) == 1 else [view.some(tenants, len(tenants) if verbose else 8)]
        lines.append(paint(f"! {who} failed: {sanitize(first)}", "red"))
        lines += [paint(f"    {sanitize(line)}", "red") for line in rest]
    return lines


def _closing(plan: Plan, paint: Paint) -> list[str]:
    verdict, left_alone, incomplete = view.closing(plan)
    lines = [paint(verdict, "bold"), left_alone, incomplete and paint(incomplete, "red")]
    return [line for line in lines if line]
