"""`pbxsync apply`: plans, asks, writes, reads back; or does exactly what saved plans say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from pbxsync.apply.lock import locked
from pbxsync.cli.confirm_and_apply import (
    ApplyContext,
    ApplyOptions,
    apply_options,
    ask_and_write,
    check_approvable,
    check_journal,
    show,
)
from pbxsync.cli.options import (
    limits_of,
    load_desired,
    paths_argument,
    project_of,
    request_options,
    split_paths,
    tenant_option,
)
from pbxsync.cli.stages import plan_stage
from pbxsync.errors import PlanError, UsageError
from pbxsync.session import endpoint
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.cli.options import Bounds
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Plan
    from pbxsync.project import Project
    from pbxsync.session import Limits
    from pbxsync.workers import WorkerPool


@click.command(epilog="Examples: pbxsync apply tenants/ --tenant ACME;  pbxsync apply change.plan")
@paths_argument
@tenant_option
@apply_options
@request_options
@click.pass_obj
def command(
    app: Context,
    /,
    paths: tuple[Path, ...],
    tenants: tuple[str, ...],
    bounds: Bounds,
    **terms: Any,
) -> int:
    """Change the PBX to match the files below PATHS, or do what saved plans say and nothing else.

    PATHS are tenant files and folders of them, or saved plans; where none is given, the files that the project file names,
    or tenants/.
    """
    found, plans = split_paths(paths)
    if found and plans:
        raise UsageError("tenant files and saved plans cannot be applied together: a saved plan stands alone")
    if plans and tenants:
        raise UsageError("--tenant cannot narrow a saved plan, which is applied whole: plan again with --tenant")
    given = ApplyOptions(**terms)
    if not plans:
        check_approvable(given, "plan")
    project = project_of(app, found or plans, kept=bool(plans))
    limits = limits_of(app, project, bounds)
    if plans:
        return _apply_saved(app, project, limits, given, plans)
    return _apply_files(app, project, limits, given, found, tenants)


def _apply_files(
    app: Context,
    project: Project,
    limits: Limits,
    terms: ApplyOptions,
    paths: tuple[Path, ...],
    tenants: tuple[str, ...],
) -> int:
    """Plan, show, check, ask, write."""
    desired = load_desired(app, project, paths, tenants)
    with locked(project.root, terms.lock_timeout), endpoint(project) as where:
        check_journal(project, terms)
        plan = plan_stage(app, project, desired, where, limits, relist_before_add=True)
        show(app, plan)
        return ask_and_write(ApplyContext(app, project, where, limits, terms), plan)


def _apply_saved(app: Context, project: Project, limits: Limits, terms: ApplyOptions, paths: tuple[Path, ...]) -> int:
    """Load the saved plans, hold them against what is live, and write."""
    from pbxsync.planfile import join, load  # noqa: PLC0415 - only for saved plans

    plan = join([(str(path), load(path)) for path in paths])
    with locked(project.root, terms.lock_timeout), endpoint(project) as where:
        check_journal(project, terms)
        if plan.url != where.name:
            raise PlanError(
                f"the saved plan is for {quote(plan.url)}, and the project's url is {quote(where.name)}: nothing"
                " was written"
            )
        show(app, plan)
        # What was saved was shown and approved before: nobody is asked again.
        ground = ApplyContext(app, project, where, limits, replace(terms, auto_approve=True))
        return ask_and_write(ground, plan, _prepared(app, project))


def _prepared(app: Context, project: Project) -> Any:
    """Return what readies a saved plan: found fresh, and its sensitive values found again in the files."""
    from pbxsync.apply import sensitive  # noqa: PLC0415 - only for saved plans
    from pbxsync.apply.staleness import check_fresh  # noqa: PLC0415 - as above

    def prepare(live: LiveReader, workers: WorkerPool, plan: Plan) -> Plan:
        plan = check_fresh(live, workers, plan)
        if not sensitive.needed(plan):
            return plan
        desired = load_desired(app, project, sensitive.sources(plan), ())
        table = live.table(plan.changes[0].tenant, needed=True)
        return sensitive.Restorer(desired.entries, project, table, live.key_for).restore(plan)

    return prepare
