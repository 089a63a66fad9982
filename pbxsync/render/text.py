"""The plan as people read it on a terminal and in a log.

    PBX https://portal.pbxcloud.eu/pbx/proxyapi.php

    DEMO
      + "Night duty"  tenants/demo.yaml:7
          type    "FORWARD"
          number  "+45 70 12 34 56"
      ~ "Boss private phone" (id 286)  tenants/demo.yaml:12
          number  "3564732920" -> "0636287454"

    Plan: 1 to add, 1 to change.

Values are shown whole and never shortened, because people approve a plan by what it shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.model.plan import Action
from pbxsync.render import view
from pbxsync.render.style import painter
from pbxsync.text.sanitize import quote_full, sanitize
from pbxsync.text.words import first_names, plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxsync.model.plan import Change, Plan, TenantPlan, Unmanaged
    from pbxsync.render.style import Paint

_SIGNS = {Action.ADD: ("+", "green"), Action.UPDATE: ("~", "yellow")}
_INDENT = " " * 6
#: Tenants with the same error that are listed without `verbose`.
_NAMED = 8


def plan_text(plan: Plan, *, verbose: int = 0, colour: bool = False, width: int = 80) -> str:
    """Return the plan as lines, without a line break at the end.

    `verbose` lists the unmanaged destinations that the plan holds. An `"old" -> "new"` wider than `width` takes two
    lines. `width=0` keeps it on one, for programs that read line by line.
    """
    paint = painter(colour=colour)
    blocks = [[paint(f"PBX {sanitize(plan.url)}", "dim")]]
    blocks += [list(_tenant(tenant, paint, width)) for tenant in view.worth_showing(plan, verbose)]
    closing = view.closing(plan)
    lines = [
        paint(closing.verdict, "bold"),
        closing.left_alone,
        closing.incomplete and paint(closing.incomplete, "red"),
    ]
    blocks += [list(_failures(plan, verbose, paint)), [line for line in lines if line]]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _tenant(tenant: TenantPlan, paint: Paint, width: int) -> Iterator[str]:
    yield paint(sanitize(tenant.tenant), "bold")
    for note in view.notes(tenant):
        yield "  " + paint(f"! {note}", "yellow")
    for change in tenant.changes:
        yield from _change(change, paint, width)
    if tenant.unmanaged:
        yield "  unmanaged (live, in no file: left alone)"
    yield from _rows(tenant.unmanaged)
    if tenant.shared:
        yield f"  {view.SHARED}"
    yield from _rows(tenant.shared)


def _rows(rows: tuple[Unmanaged, ...]) -> Iterator[str]:
    for row in rows:
        yield f"{_INDENT}{sanitize(row.id)}  {quote_full(row.name)}  {sanitize(row.type)}".rstrip()


def _change(change: Change, paint: Paint, width: int) -> Iterator[str]:
    sign, style = _SIGNS[change.action]
    yield f"  {paint(f'{sign} {view.headline(change)}', style)}  {paint(sanitize(change.source), 'dim')}"
    shown = view.fields(change)
    label_width = view.label_width(shown)
    for diff in shown:
        start = f"{_INDENT}{view.label(diff):<{label_width}}  "
        before, after = view.values(diff)
        if change.action is Action.ADD:
            yield start + after
        elif width and len(start) + len(before) + len(after) + 4 > width:
            yield start + before
            yield f"{'-> ':>{len(start)}}{after}"
        else:
            yield f"{start}{before} -> {after}"
        if remark := view.remark(diff):
            yield " " * len(start) + remark


def _failures(plan: Plan, verbose: int, paint: Paint) -> Iterator[str]:
    for message, tenants in view.failures(plan):
        who = sanitize(tenants[0]) if len(tenants) == 1 else plural(len(tenants), "tenant")
        first, *rest = message.split("\n")
        yield paint(f"! {who} failed: {sanitize(first)}", "red")
        for line in rest:
            yield paint(f"    {sanitize(line)}", "red")
        if len(tenants) > 1:
            names = first_names([sanitize(tenant) for tenant in tenants], len(tenants) if verbose else _NAMED)
            yield paint(f"    {names}", "red")
