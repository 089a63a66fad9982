"""`pbxsync plan`: shows what apply would change."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from pbxsync.baseline.change import change_since
from pbxsync.baseline.working_tree import files_digest, git_state
from pbxsync.cli.checks import check_format, check_plan_out, check_tenant_paths
from pbxsync.cli.load import load_desired, load_project
from pbxsync.cli.show import show_plan
from pbxsync.cli.stages import Loaded, Planned, Stages, plan_files, run_stages
from pbxsync.model.plan import Scope, Shards
from pbxsync.planfile import save
from pbxsync.planning import shards
from pbxsync.planning.plan import PlanOptions
from pbxsync.planning.unmanaged import unmanaged as unmanaged_sentence
from pbxsync.render import FORMATS
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan
    from pbxsync.session import Endpoint


def run(
    context: Context,
    *,
    paths: tuple[Path, ...],
    tenants: tuple[str, ...],
    fmt: str,
    view: str,
    out: Path | None,
    detailed_exitcode: bool,
    unmanaged: str,
    shard: str | None,
    since: str | None,
    marker: str,
    artifact: str,
) -> int:
    """Plan, show the plan, save it if asked to, and return the exit status."""
    check_format(fmt, list(FORMATS))
    if out is not None:
        check_plan_out(out)
    part = shards.parse(shard) if shard is not None else None
    check_tenant_paths(paths)
    project = load_project(context, paths)

    def load() -> Loaded:
        desired = load_desired(context, project, paths, tenants)
        change = None if since is None else change_since(since, project, desired, paths, tenants)
        codes = desired.tenants if change is None else change.tenants
        codes = codes if part is None else part.of(codes)
        scope = Scope(
            files_digest(project, desired),
            None if part is None else Shards((part.number,), part.count),
            tenants,
            None if change is None else change.since,
        )
        saved = out is not None or fmt == "json"
        git = git_state(project, paths) if saved else None  # nothing else shows it
        options = PlanOptions(unmanaged=context.verbosity > 0)

        def plan(endpoint: Endpoint) -> Planned:
            planned = plan_files(context, project, desired, codes, endpoint, options, change)
            return replace(planned, plan=replace(planned.plan, scope=scope, git=git))

        return Loaded(plan)

    def finish(plan: Plan, _: Endpoint) -> int:
        console, context.changes = context.console, plan.changes
        if out is not None:
            save(plan, out, verbose=context.verbosity > 0)
            command = f"pbxsync apply {sanitize(shlex.quote(str(out)))}"
            if part is None or part.count == 1:
                console.note(f"Saved. To apply exactly this plan: {command}")
            else:
                console.note(f"Saved shard {shard}. To apply it with all the others: {command} OTHER-SHARD...")
        drifted = bool(plan.summary.unmanaged) and unmanaged != "ignore"
        if drifted:
            (console.error if unmanaged == "fail" else console.warning)(unmanaged_sentence(plan))
        if not plan.complete or (drifted and unmanaged == "fail"):
            return 1
        return 2 if detailed_exitcode and plan.summary.changes else 0

    return run_stages(
        project, Stages(load, lambda planned: show_plan(context, planned.plan, fmt, view, marker, artifact), finish)
    )
