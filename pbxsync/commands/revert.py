"""`pbxsync revert`: puts back what an apply changed, as a plan of its own."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pbxsync import __version__
from pbxsync.apply.lock import locked
from pbxsync.cli.checks import check_plan_out
from pbxsync.cli.confirm_and_apply import (
    ApplyContext,
    ApplyOptions,
    ask_and_write,
    check_approvable,
    check_journal,
    live_reader,
    show,
)
from pbxsync.cli.load import load_project
from pbxsync.cli.stages import request_limits
from pbxsync.clock import now
from pbxsync.errors import JournalError
from pbxsync.journal.read import JournalContent, read_journal
from pbxsync.model.plan import Plan
from pbxsync.planfile import save
from pbxsync.planning.revert import Reversal, RevertContext, plan_revert
from pbxsync.session import endpoint, reader
from pbxsync.text.sanitize import quote
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.project import Project
    from pbxsync.session import Endpoint, RequestLimits


def run(context: Context, *, journal_read: Path, out: Path | None, force: bool, **options: Any) -> int:
    """Plan the revert of a journal; save the plan in `out`, or apply it. `options` are the fields of ApplyOptions."""
    given = ApplyOptions(**options)
    if out is not None:
        check_plan_out(out)
    else:
        check_approvable(given, "revert JOURNAL")
    logged = read_journal(journal_read)
    project = load_project(context, [journal_read], outside=True)
    limits = request_limits(context, project)
    with locked(project.root, given.lock_timeout), endpoint(project) as where:
        if logged.url != where.name:
            raise JournalError(
                f"the journal is of {quote(logged.url)}, and the project's url is {quote(where.name)}: nothing was written"
            )
        if out is None:
            check_journal(project, given)
        plan, found = _plan(context, project, where, limits, logged, force=force)
        return _go_on(ApplyContext(context, project, where, limits, given), plan, found, out)


def _plan(
    context: Context, project: Project, where: Endpoint, limits: RequestLimits, logged: JournalContent, *, force: bool
) -> tuple[Plan, Reversal]:
    read_at = time.monotonic()
    with reader(where, limits, context.redactor) as pbx, WorkerPool(limits.parallel) as workers:
        live = replace(live_reader(pbx, project, where), types_matter=True)  # for the labels that people read
        found = plan_revert(logged, RevertContext(live, workers, context.redactor, force))
    tenants = tuple(replace(tenant, read_at=read_at) for tenant in found.tenants)
    return Plan(where.name, now(), __version__, tenants), found


def _go_on(ground: ApplyContext, plan: Plan, found: Reversal, out: Path | None) -> int:
    """Show the plan and what it leaves alone; then save it, or ask and write."""
    if plan.changes:
        show(ground.app, plan)
    else:
        ground.app.console.result("Nothing to put back.")
    for line in found.left:
        ground.app.console.warning(line)
    status = 1 if found.blocked else 0
    if out is None:
        return ask_and_write(ground, plan) or status
    save(plan, out)
    return status
