"""`pbxsync revert`: puts back what an apply changed, as a plan of its own."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pbxsync import __version__
from pbxsync.apply.lock import locked
from pbxsync.cli.apply_output import ApplyOutput
from pbxsync.cli.checks import check_plan_out
from pbxsync.cli.confirm_and_apply import (
    ApplyContext,
    ApplyOptions,
    ask_and_write,
    check_approvable,
    check_journal,
    check_project_file,
    live_reader,
)
from pbxsync.cli.load import load_project
from pbxsync.cli.show import show_plan
from pbxsync.cli.stages import Loaded, Planned, Stages, request_limits, run_stages
from pbxsync.clock import now
from pbxsync.errors import PbxsyncError
from pbxsync.journal.read import read_journal
from pbxsync.kinds.custom_destination import position_of
from pbxsync.model.plan import Plan, Update
from pbxsync.planfile import save
from pbxsync.planning.revert import RevertContext, plan_revert
from pbxsync.planning.revert_conflicts import asked_again
from pbxsync.project.state import state_folder
from pbxsync.session import reader
from pbxsync.tenants.load import load
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import TenantPlan
    from pbxsync.project import Project
    from pbxsync.session import Endpoint


def run(context: Context, *, journal_read: Path, out: Path | None, force: bool, **options: Any) -> int:
    """Plan the revert of a journal; save the plan in `out`, or apply it. `options` are the fields of ApplyOptions."""
    apply_options = ApplyOptions(**options)
    if out is not None:
        check_plan_out(out)
    else:
        check_approvable(apply_options, "revert JOURNAL")
    journal = read_journal(journal_read)
    project = load_project(context, [journal_read], fallback=())
    limits, output = request_limits(context, project), ApplyOutput(context)
    asks = not apply_options.auto_approve

    def plan(endpoint: Endpoint) -> Planned:
        read_at = time.monotonic()
        with reader(endpoint, limits, context.redactor) as pbx, WorkerPool(limits.parallel) as workers:
            live = replace(live_reader(pbx, project, endpoint), types_matter=True)  # for the labels in the plan
            reversal = plan_revert(journal, RevertContext(live, workers, context.redactor, force))
            still_asked = _still_asked(project, reversal.tenants, live)
        tenants = tuple(replace(tenant, read_at=read_at) for tenant in reversal.tenants)
        plan = Plan(endpoint.name, now(), __version__, tenants)
        return Planned(plan, (*reversal.left, *still_asked), reversal.blocked)

    def show(planned: Planned) -> None:
        if planned.plan.changes:
            if out is None:
                output.show(planned.plan, asks=asks)
            else:
                show_plan(context, planned.plan)
        else:
            context.console.result("Nothing to put back.")
        for line in planned.left:
            context.console.warning(line)

    def finish(plan: Plan, endpoint: Endpoint) -> int:
        if out is None:
            return ask_and_write(ApplyContext(context, project, endpoint, limits, apply_options, output, asks), plan)
        save(plan, out)
        return 0

    def load_journal() -> Loaded:
        params = [row for write in journal.writes for row in write.diff if position_of(row.field) is not None]
        fingerprints = [*(write.live for write in journal.writes), *(row.fingerprint for row in params)]
        check_project_file(project, "the journal", fingerprints)
        return Loaded(plan, "the journal", journal.url)

    stages = Stages(
        load=load_journal,
        show=show,
        finish=finish,
        check=lambda: None if out is not None else check_journal(project, apply_options),
        lock=locked(state_folder(project.root, os.environ), apply_options.lock_timeout),
    )
    return run_stages(project, stages)


def _still_asked(project: Project, tenants: Sequence[TenantPlan], live: LiveReader) -> list[str]:
    """Return a line for each place in the tenant files that asks for a value which the revert replaces."""
    if not tenants:
        return []
    try:
        desired = load((), project)
    except PbxsyncError as error:
        (first, *_) = str(error).splitlines()
        return [f"could not check whether tenant files still ask for the reverted values: {first}"]
    return [
        line
        for tenant in tenants
        for change in tenant.changes
        if isinstance(change, Update)
        for line in asked_again(change, desired.entries(tenant.tenant), live.table(tenant.tenant), project)
    ]
