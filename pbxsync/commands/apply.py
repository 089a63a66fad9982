"""`pbxsync apply`: plans, asks, writes, reads back; or does exactly what saved plans say."""

from __future__ import annotations

import os
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
    check_project_file,
    show_before_asking,
)
from pbxsync.cli.load import load_desired, load_project
from pbxsync.cli.stages import Loaded, Planned, Stages, plan_files, request_limits, run_stages
from pbxsync.errors import UsageError
from pbxsync.kinds.custom_destination import position_of
from pbxsync.model.plan import SecretDiff, Update
from pbxsync.planfile import combine, load
from pbxsync.planning.plan import PlanOptions
from pbxsync.project.state import state_folder

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.confirm_and_apply import Prepare
    from pbxsync.cli.context import Context
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Plan
    from pbxsync.project import Project
    from pbxsync.session import Endpoint
    from pbxsync.workers import WorkerPool


def run(context: Context, *, paths: tuple[Path, ...], tenants: tuple[str, ...], **options: Any) -> int:
    """Apply the tenant files below `paths`, or saved plans; `options` are the fields of ApplyOptions."""
    files, plans = split_paths(paths)
    if files and plans:
        raise UsageError("tenant files and saved plans cannot be applied together: a saved plan stands alone")
    if plans and tenants:
        raise UsageError("--tenant cannot narrow a saved plan, which is applied whole: plan again with --tenant")
    apply_options = ApplyOptions(**options)
    if not plans:
        check_approvable(apply_options, "plan")
    project = load_project(context, files or plans, outside=bool(plans))

    def load_files() -> Loaded:
        desired = load_desired(context, project, files, tenants)
        plan_options = PlanOptions(unmanaged=context.verbosity > 0, relist_before_add=True)
        return Loaded(lambda endpoint: plan_files(context, project, desired, desired.tenants, endpoint, plan_options))

    def load_plans() -> Loaded:
        plan = combine([(str(path), load(path)) for path in plans])
        rows = [change.live for change in plan.changes if isinstance(change, Update)]
        secrets = [diff for change in plan.changes for diff in change.diff if isinstance(diff, SecretDiff)]
        params = [diff.fingerprint for diff in secrets if position_of(diff.field) is not None]
        check_project_file(project, "the saved plan", [*rows, *params])
        return Loaded(lambda _: Planned(plan), "the saved plan", plan.url)

    def finish(plan: Plan, endpoint: Endpoint) -> int:
        if not plans:
            return ask_and_write(ApplyContext(context, project, endpoint, limits, apply_options), plan)
        # A saved plan was shown and approved before, so nobody is asked again.
        apply_context = ApplyContext(context, project, endpoint, limits, replace(apply_options, auto_approve=True))
        return ask_and_write(apply_context, plan, _prepare(context, project))

    limits = request_limits(context, project)
    stages = Stages(
        load=load_plans if plans else load_files,
        show=lambda planned: show_before_asking(context, planned.plan),
        finish=finish,
        check=lambda: check_journal(project, apply_options),
        lock=locked(state_folder(project.root, os.environ), apply_options.lock_timeout),
    )
    return run_stages(project, stages)


def _prepare(context: Context, project: Project) -> Prepare:
    """Return what readies a saved plan: it is checked to be fresh, and its sensitive values are read again."""

    def prepare(live: LiveReader, workers: WorkerPool, plan: Plan) -> Plan:
        plan = check_fresh(live, workers, plan)
        if not sensitive.needed(plan):
            return plan
        desired = load_desired(context, project, sensitive.sources(plan), ())
        table = live.table(plan.changes[0].tenant, needed=True)
        return sensitive.Restorer(desired.entries, project, table, live.key_for).restore(plan)

    return prepare
