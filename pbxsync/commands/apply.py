"""`pbxsync apply`: plans, asks, writes, reads back; or does exactly what saved plans say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pbxsync.apply import sensitive
from pbxsync.apply.lock import locked
from pbxsync.apply.staleness import check_fresh
from pbxsync.cli.checks import split_paths
from pbxsync.cli.confirm_and_apply import (
    ApplyContext,
    ApplyOptions,
    ask_and_write,
    check_approvable,
    check_journal,
    show,
)
from pbxsync.cli.load import load_desired, load_project
from pbxsync.cli.stages import plan_stage, request_limits
from pbxsync.errors import PlanError, UsageError
from pbxsync.planfile import combine, load
from pbxsync.session import endpoint
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Plan
    from pbxsync.project import Project
    from pbxsync.session import RequestLimits
    from pbxsync.workers import WorkerPool


def run(context: Context, *, paths: tuple[Path, ...], tenants: tuple[str, ...], **options: Any) -> int:
    """Apply the tenant files below `paths`, or saved plans; `options` are the fields of ApplyOptions."""
    found, plans = split_paths(paths)
    if found and plans:
        raise UsageError("tenant files and saved plans cannot be applied together: a saved plan stands alone")
    if plans and tenants:
        raise UsageError("--tenant cannot narrow a saved plan, which is applied whole: plan again with --tenant")
    given = ApplyOptions(**options)
    if not plans:
        check_approvable(given, "plan")
    project = load_project(context, found or plans, outside=bool(plans))
    limits = request_limits(context, project)
    if plans:
        return _apply_saved(context, project, limits, given, plans)
    return _apply_files(context, project, limits, given, found, tenants)


def _apply_files(
    context: Context,
    project: Project,
    limits: RequestLimits,
    terms: ApplyOptions,
    paths: tuple[Path, ...],
    tenants: tuple[str, ...],
) -> int:
    """Plan, show, check, ask, write."""
    desired = load_desired(context, project, paths, tenants)
    with locked(project.root, terms.lock_timeout), endpoint(project) as where:
        check_journal(project, terms)
        plan = plan_stage(context, project, desired, where, limits, relist_before_add=True)
        show(context, plan)
        return ask_and_write(ApplyContext(context, project, where, limits, terms), plan)


def _apply_saved(
    context: Context, project: Project, limits: RequestLimits, terms: ApplyOptions, paths: tuple[Path, ...]
) -> int:
    """Load the saved plans, hold them against what is live, and write."""
    plan = combine([(str(path), load(path)) for path in paths])
    with locked(project.root, terms.lock_timeout), endpoint(project) as where:
        check_journal(project, terms)
        if plan.url != where.name:
            raise PlanError(
                f"the saved plan is for {quote(plan.url)}, and the project's url is {quote(where.name)}: nothing"
                " was written"
            )
        show(context, plan)
        # What was saved was shown and approved before: nobody is asked again.
        ground = ApplyContext(context, project, where, limits, replace(terms, auto_approve=True))
        return ask_and_write(ground, plan, _prepared(context, project))


def _prepared(context: Context, project: Project) -> Any:
    """Return what readies a saved plan: found fresh, and its sensitive values found again in the files."""

    def prepare(live: LiveReader, workers: WorkerPool, plan: Plan) -> Plan:
        plan = check_fresh(live, workers, plan)
        if not sensitive.needed(plan):
            return plan
        desired = load_desired(context, project, sensitive.sources(plan), ())
        table = live.table(plan.changes[0].tenant, needed=True)
        return sensitive.Restorer(desired.entries, project, table, live.key_for).restore(plan)

    return prepare
