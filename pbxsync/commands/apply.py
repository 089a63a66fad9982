"""`pbxsync apply`: plans, asks, writes, reads back; or does exactly what saved plans say."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pbxsync.apply.file_check import FileCheck, check_from_files, check_without_files
from pbxsync.apply.lock import locked
from pbxsync.apply.resume import done_before
from pbxsync.apply.staleness import check_saved
from pbxsync.baseline.working_tree import files_digest, git_state, uncommitted
from pbxsync.cli.apply_output import ApplyOutput
from pbxsync.cli.checks import check_format, split_paths
from pbxsync.cli.confirm_and_apply import (
    ApplyContext,
    ApplyOptions,
    ask_and_write,
    check_approvable,
    check_journal,
    check_project_file,
)
from pbxsync.cli.load import load_desired, load_project
from pbxsync.cli.stages import Loaded, Planned, Stages, plan_files, request_limits, run_stages
from pbxsync.cli.verify import plan_again
from pbxsync.errors import PlanError, UsageError
from pbxsync.journal.read import read_journal
from pbxsync.kinds.custom_destination import position_of
from pbxsync.model.plan import Scope, SecretDiff, Update
from pbxsync.planfile import combine, digest, load
from pbxsync.planning.plan import PlanOptions
from pbxsync.project.state import state_folder
from pbxsync.render import RESULT_FORMATS
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pbxsync.apply.staleness import Checked
    from pbxsync.cli.context import Context
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Change, Plan
    from pbxsync.model.report import Outcome
    from pbxsync.project import Project
    from pbxsync.session import Endpoint
    from pbxsync.tenants.desired import Desired
    from pbxsync.workers import WorkerPool

#: So many files that are not as committed are named.
_NAMED: Final = 5


@dataclass(frozen=True)
class SavedPlanOptions:
    """What only saved plans take. `files` replace the tenant files of the project, with which plans are compared.

    `resume` is the journal of the apply to go on with.
    """

    files: tuple[Path, ...] = ()
    without_files: bool = False
    partial: bool = False
    resume: Path | None = None


def run(
    context: Context,
    *,
    paths: tuple[Path, ...],
    tenants: tuple[str, ...],
    files: tuple[Path, ...],
    without_files: bool,
    partial: bool,
    resume: Path | None,
    verify: bool,
    **options: Any,
) -> int:
    """Apply the tenant files below `paths`, or saved plans; `options` are the fields of ApplyOptions."""
    tenant_paths, plans = split_paths(paths)
    saved = SavedPlanOptions(files, without_files, partial, resume)
    if tenant_paths and plans:
        raise UsageError("tenant files and saved plans cannot be applied together: a saved plan stands alone")
    if plans and tenants:
        raise UsageError("--tenant cannot narrow a saved plan, which is applied whole: plan again with --tenant")
    if not plans and saved != SavedPlanOptions():
        raise UsageError("--files, --without-files, --partial and --resume are for saved plans: name one")
    if without_files and (files or verify):
        other = "--files" if files else "--verify"
        raise UsageError(f"--without-files and {other} exclude each other")
    apply_options = ApplyOptions(**options)
    check_format(apply_options.fmt, ["text", *RESULT_FORMATS])
    output = ApplyOutput(context, apply_options.fmt, apply_options.marker)
    with output.refusals():
        if plans:
            return _apply_plans(context, plans, saved, apply_options, output, verified=verify)
        return _apply_files(context, tenant_paths, tenants, apply_options, output, verified=verify)


def _apply_files(
    context: Context,
    paths: tuple[Path, ...],
    tenants: tuple[str, ...],
    options: ApplyOptions,
    output: ApplyOutput,
    *,
    verified: bool,
) -> int:
    """Plan the tenant files below `paths`, ask, and apply."""
    check_approvable(options, "plan")
    project = load_project(context, paths)
    desired = load_desired(context, project, paths, tenants)
    changed = [sanitize(path) for path in uncommitted(project, paths)]
    if changed:
        are = "1 file is" if len(changed) == 1 else f"{len(changed):,} files are"
        names = first_names(changed, _NAMED)
        context.console.warning(f"{are} not as committed: {names}. What is applied now is in no commit")

    def plan_them(endpoint: Endpoint) -> Planned:
        plan_options = PlanOptions(unmanaged=context.verbosity > 0, relist_before_add=True)
        planned = plan_files(context, project, desired, desired.tenants, endpoint, plan_options)
        if output.text:  # shows neither
            return planned
        scope = Scope(files_digest(project, desired), None, tenants)
        return replace(planned, plan=replace(planned.plan, scope=scope, git=git_state(project, paths)))

    def finish(plan: Plan, endpoint: Endpoint) -> int:
        limits = request_limits(context, project)
        apply = ApplyContext(context, project, endpoint, limits, options, output, asks=not options.auto_approve)
        verify = partial(plan_again, context, project, desired, plan, endpoint)
        # Without changes, the plan was the proof.
        return ask_and_write(apply, plan, verify=verify if verified and plan.changes else None)

    return run_stages(project, _stages(project, options, output, Loaded(plan_them), finish))


def _apply_plans(
    context: Context,
    plans: tuple[Path, ...],
    saved: SavedPlanOptions,
    options: ApplyOptions,
    output: ApplyOutput,
    *,
    verified: bool,
) -> int:
    """Apply saved plans as one, if the tenant files at hand ask for what they write."""
    if options.interactive:
        check_approvable(options, "plan")
    plan = output.plan = combine([(str(path), load(path)) for path in plans], partial=saved.partial)
    # The project of the files at hand comes first: whoever made a plan may have put another project beside it.
    project = load_project(context, saved.files, fallback=() if saved.files else plans)
    rows = [change.live for change in plan.changes if isinstance(change, Update)]
    secrets = [diff for change in plan.changes for diff in change.diff if isinstance(diff, SecretDiff)]
    params = [diff.fingerprint for diff in secrets if position_of(diff.field) is not None]
    check_project_file(project, "the saved plan", [*rows, *params])
    desired: Desired | None = None
    if saved.without_files:
        check_without_files(plan)
        context.console.warning("the saved plan is not compared with the tenant files (--without-files)")
    elif plan.changes or verified:
        check_from_files(plan)
        if not saved.files and not any(
            path.exists() for path in (*project.tenants, *(table.file for table in project.tables))
        ):
            raise PlanError(
                "a saved plan is compared with the tenant files, but the project has none here: name them with --files"
                " PATH, or use --without-files"
            )
        desired = load_desired(context, project, saved.files, ())

    resumed: Mapping[Change, Outcome] | None = None
    if saved.resume is not None:
        resumed = done_before(plan, digest(plan), read_journal(saved.resume), saved.resume)

    def prepare(live: LiveReader, workers: WorkerPool, plan: Plan) -> Checked:
        check = None if desired is None else FileCheck(desired.entries)
        return check_saved(live, workers, plan, check, resumed=resumed)

    def finish(plan: Plan, endpoint: Endpoint) -> int:
        limits = request_limits(context, project)
        apply = ApplyContext(
            context,
            project,
            endpoint,
            limits,
            options,
            output,
            asks=False,  # a saved plan was shown and approved before
            done=resumed or (),
        )
        verify = None
        if verified and desired is not None:
            verify = partial(plan_again, context, project, desired, plan, endpoint)
        return ask_and_write(apply, plan, prepare, verify)

    loaded = Loaded(lambda _: Planned(plan), "the saved plan", plan.url)
    return run_stages(project, _stages(project, options, output, loaded, finish))


def _stages(
    project: Project,
    options: ApplyOptions,
    output: ApplyOutput,
    loaded: Loaded,
    finish: Callable[[Plan, Endpoint], int],
) -> Stages:
    asks = options.interactive or (loaded.url is None and not options.auto_approve)
    return Stages(
        load=lambda: loaded,
        show=lambda planned: output.show(planned.plan, asks=asks),
        finish=finish,
        check=lambda: check_journal(project, options),
        lock=locked(state_folder(project.root, os.environ), options.lock_timeout),
    )
