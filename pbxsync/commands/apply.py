"""`pbxsync apply`: plans, asks, writes, reads back; or does exactly what saved plans say."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pbxsync.apply.file_check import FileCheck, check_from_files, check_without_files
from pbxsync.apply.lock import locked
from pbxsync.apply.staleness import check_saved
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
from pbxsync.errors import PlanError, UsageError
from pbxsync.kinds.custom_destination import position_of
from pbxsync.model.plan import SecretDiff, Update
from pbxsync.planfile import combine, load
from pbxsync.planning.plan import PlanOptions
from pbxsync.project.state import state_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Plan
    from pbxsync.project import Project
    from pbxsync.session import Endpoint
    from pbxsync.workers import WorkerPool


def run(
    context: Context,
    *,
    paths: tuple[Path, ...],
    tenants: tuple[str, ...],
    files: tuple[Path, ...],
    without_files: bool,
    partial: bool,
    **options: Any,
) -> int:
    """Apply the tenant files below `paths`, or saved plans; `options` are the fields of ApplyOptions."""
    tenant_paths, plans = split_paths(paths)
    if tenant_paths and plans:
        raise UsageError("tenant files and saved plans cannot be applied together: a saved plan stands alone")
    if plans and tenants:
        raise UsageError("--tenant cannot narrow a saved plan, which is applied whole: plan again with --tenant")
    if not plans and (files or without_files):
        raise UsageError("--files and --without-files are for saved plans: name one, or name the tenant files as PATHS")
    if partial and not plans:
        raise UsageError("--partial is for saved plans: name the shards to apply")
    if files and without_files:
        raise UsageError("--files and --without-files exclude each other")
    apply_options = ApplyOptions(**options)
    if plans:
        return _apply_plans(context, plans, None if without_files else files, apply_options, partial=partial)
    return _apply_files(context, tenant_paths, tenants, apply_options)


def _apply_files(context: Context, paths: tuple[Path, ...], tenants: tuple[str, ...], options: ApplyOptions) -> int:
    """Plan the tenant files below `paths`, ask, and apply."""
    check_approvable(options, "plan")
    project = load_project(context, paths)

    def load_files() -> Loaded:
        desired = load_desired(context, project, paths, tenants)
        plan_options = PlanOptions(unmanaged=context.verbosity > 0, relist_before_add=True)
        return Loaded(lambda endpoint: plan_files(context, project, desired, desired.tenants, endpoint, plan_options))

    def finish(plan: Plan, endpoint: Endpoint) -> int:
        limits = request_limits(context, project)
        return ask_and_write(ApplyContext(context, project, endpoint, limits, options), plan)

    return run_stages(project, _stages(context, project, options, load_files, finish))


def _apply_plans(
    context: Context, plans: tuple[Path, ...], files: tuple[Path, ...] | None, options: ApplyOptions, *, partial: bool
) -> int:
    """Apply saved plans as one, if the tenant files below `files` (if empty, the project's) ask for what they write.

    Without files (None) they are not compared.
    """
    plan = combine([(str(path), load(path)) for path in plans], partial=partial)
    # The project of the files at hand comes first: whoever made a plan may have put another project beside it.
    project = load_project(context, files or (), fallback=() if files else plans)
    rows = [change.live for change in plan.changes if isinstance(change, Update)]
    secrets = [diff for change in plan.changes for diff in change.diff if isinstance(diff, SecretDiff)]
    params = [diff.fingerprint for diff in secrets if position_of(diff.field) is not None]
    check_project_file(project, "the saved plan", [*rows, *params])
    check: FileCheck | None = None
    if files is None:
        check_without_files(plan)
        context.console.warning("the saved plan is not compared with the tenant files (--without-files)")
    elif plan.changes:
        check_from_files(plan)
        if not files and not any(path.exists() for path in project.tenants):
            raise PlanError(
                "a saved plan is compared with the tenant files, but the project has none here: name them with --files"
                " PATH, or use --without-files"
            )
        check = FileCheck(load_desired(context, project, files, ()).entries)

    def prepare(live: LiveReader, workers: WorkerPool, plan: Plan) -> Plan:
        return check_saved(live, workers, plan, check)

    def finish(plan: Plan, endpoint: Endpoint) -> int:
        # A saved plan was shown and approved before, so nobody is asked again.
        limits = request_limits(context, project)
        approved = replace(options, auto_approve=True)
        return ask_and_write(ApplyContext(context, project, endpoint, limits, approved), plan, prepare)

    loaded = Loaded(lambda _: Planned(plan), "the saved plan", plan.url)
    return run_stages(project, _stages(context, project, options, lambda: loaded, finish))


def _stages(
    context: Context,
    project: Project,
    options: ApplyOptions,
    load_plan: Callable[[], Loaded],
    finish: Callable[[Plan, Endpoint], int],
) -> Stages:
    return Stages(
        load=load_plan,
        show=lambda planned: show_before_asking(context, planned.plan),
        finish=finish,
        check=lambda: check_journal(project, options),
        lock=locked(state_folder(project.root, os.environ), options.lock_timeout),
    )
