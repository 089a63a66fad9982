"""`pbxsync revert`: puts back what an apply changed, as a plan of its own."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pbxsync import __version__
from pbxsync.apply.lock import locked
from pbxsync.cli.confirm_and_apply import (
    ApplyContext,
    ApplyOptions,
    apply_options,
    ask_and_write,
    check_approvable,
    check_journal,
    live_reader,
    show,
)
from pbxsync.cli.options import check_out, limits_of, project_of, request_options
from pbxsync.clock import now
from pbxsync.errors import JournalError
from pbxsync.journal.read import Logged, read_journal
from pbxsync.model.plan import Plan
from pbxsync.planning.revert import Reversal, RevertContext, plan_revert
from pbxsync.session import endpoint, reader
from pbxsync.text.sanitize import quote
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from pbxsync.cli.context import Context
    from pbxsync.cli.options import Bounds
    from pbxsync.project import Project
    from pbxsync.session import Endpoint, Limits


@click.command(epilog="Example: pbxsync revert .pbxsync/journal/20260102T030405Z-a1b2c3.jsonl")
@click.argument("journal_read", metavar="JOURNAL", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Save the revert as a plan; write nothing."
)
@click.option("--force", is_flag=True, help="Put back what somebody changed since, too.")
@apply_options
@request_options
@click.pass_obj
def command(
    app: Context,
    /,
    journal_read: Path,
    out: Path | None,
    force: bool,
    bounds: Bounds,
    **terms: Any,
) -> int:
    """Put back what the apply that wrote JOURNAL changed. Adds stay: the API cannot delete."""
    given = ApplyOptions(**terms)
    check_out(out)
    if out is None:
        check_approvable(given, "revert JOURNAL")
    logged = read_journal(journal_read)
    project = project_of(app, [journal_read], kept=True)
    limits = limits_of(app, project, bounds)
    with locked(project.root, given.lock_timeout), endpoint(project) as where:
        if logged.url != where.name:
            raise JournalError(
                f"the journal is of {quote(logged.url)}, and the project's url is {quote(where.name)}: nothing was written"
            )
        if out is None:
            check_journal(project, given)
        plan, found = _plan(app, project, where, limits, logged, force=force)
        return _go_on(ApplyContext(app, project, where, limits, given), plan, found, out)


def _plan(
    app: Context, project: Project, where: Endpoint, limits: Limits, logged: Logged, *, force: bool
) -> tuple[Plan, Reversal]:
    read_at = time.monotonic()
    with reader(where, limits, app.redactor) as pbx, WorkerPool(limits.parallel) as workers:
        live = replace(live_reader(pbx, project, where), types_matter=True)  # for the labels that people read
        found = plan_revert(logged, RevertContext(live, workers, app.redactor, force))
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
    from pbxsync.planfile import save  # noqa: PLC0415 - only with --out

    save(plan, out)
    return status
