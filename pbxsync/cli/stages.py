"""The stages of `plan`, `apply` and `revert`, in their order, and what they cost.

1. Load the tenant files, the saved plans or the journal.
2. Check, before any request, that it belongs to this PBX and that the run may begin.
3. Read what is live, and plan.
4. Show the plan.
5. Finish: save the plan, or check the limits, ask and apply.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pbxsync.cli.progress import ProgressBar
from pbxsync.errors import PlanError
from pbxsync.live.types import CachedTypeRules, TypeSource
from pbxsync.model.report import Traffic
from pbxsync.planning.plan import PlanContext, plan_fleet
from pbxsync.session import RequestLimits, reader
from pbxsync.session import endpoint as open_endpoint
from pbxsync.text.sanitize import quote
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxsync.baseline.change import GitChange
    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.planning.plan import PlanOptions
    from pbxsync.project import Project
    from pbxsync.session import Endpoint
    from pbxsync.tenants.desired import Desired


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, with a line for each thing that it leaves as it is. `blocked`: that makes the exit status 1."""

    plan: Plan
    left: tuple[str, ...] = ()
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a plan is made from. `url` is that of the PBX which a `subject` ("the journal") belongs to, if to any."""

    plan: Callable[[Endpoint], Planned]
    subject: str = ""
    url: str | None = None


@dataclass(frozen=True)
class Stages:
    """What differs between `plan`, `apply` and `revert`. `check` raises if the run may not begin."""

    load: Callable[[], Loaded]
    show: Callable[[Planned], None]
    finish: Callable[[Plan, Endpoint], int]
    check: Callable[[], None] = lambda: None
    lock: AbstractContextManager[object] = field(default_factory=nullcontext)


def run_stages(project: Project, stages: Stages) -> int:
    """Go through the stages of a command and return its exit status. Raises a PbxsyncError."""
    # 1. Load
    loaded = stages.load()
    with stages.lock, open_endpoint(project) as endpoint:
        # 2. Check
        if loaded.url is not None and loaded.url != endpoint.name:
            raise PlanError(
                f"{loaded.subject} is for {quote(loaded.url)}, but the project's url is {quote(endpoint.name)}: nothing was"
                " written"
            )
        stages.check()
        # 3. Read and plan
        planned = loaded.plan(endpoint)
        # 4. Show
        stages.show(planned)
        # 5. Finish
        status = stages.finish(planned.plan, endpoint)
    return 1 if not status and planned.blocked else status


def request_limits(context: Context, project: Project) -> RequestLimits:
    """Return what bounds requests: an option, else the project file, else the default. -vv traces each request."""
    trace = context.console.note if context.verbosity > 1 else None
    return RequestLimits(
        context.timeout or project.timeout, context.retries or project.retries, context.parallel, trace
    )


def plan_files(
    context: Context,
    project: Project,
    desired: Desired,
    tenants: Sequence[str],
    endpoint: Endpoint,
    options: PlanOptions,
    change: GitChange | None = None,
) -> Planned:
    """Read these tenants and plan them, or what a git change asks of them, over a connection that cannot write."""
    check_keys(project, endpoint, tenants)
    begun, limits = time.monotonic(), request_limits(context, project)
    with (
        reader(endpoint, limits, context.redactor) as pbx,
        WorkerPool(limits.parallel) as workers,
        ProgressBar(context.console, "Planning", len(tenants)) as bar,
    ):
        types, rules = TypeSource(pbx.custom_types, project.names_in_files), CachedTypeRules(project)
        planning = PlanContext(pbx, workers, types, rules, endpoint.read_key, context.redactor, options)
        if change is not None:
            base = change.base
            planning = replace(planning, base=base.desired.entries, base_rules=CachedTypeRules(base.project))
        plan = plan_fleet(endpoint.name, tenants, desired.entries, planning, bar)
        plan = replace(plan, overridden_url=project.overridden_url)
        cost = traffic(pbx, (("plan", time.monotonic() - begun),))
    context.spent.append(cost)
    if context.verbosity > 0:
        context.console.note(describe(cost))
    return Planned(plan)


def check_keys(project: Project, endpoint: Endpoint, tenants: Sequence[str]) -> None:
    """Raise ProjectError if no tenant at all has a key: once, instead of once for each of them."""
    if endpoint.name == endpoint.url and tenants and not any(project.has_key(tenant) for tenant in tenants):
        endpoint.read_key(tenants[0])


def traffic(pbx: PbxReader, seconds: tuple[tuple[str, float], ...]) -> Traffic:
    """Return what a stage cost."""
    meter = pbx.transport.counters
    return Traffic(meter.requests, meter.repeated, meter.refused, seconds, pbx.transport.limiter.limit)


def total_traffic(costs: Sequence[Traffic]) -> Traffic:
    """Return what several stages cost together; the pace is that of the last one."""
    return Traffic(
        requests=sum(cost.requests for cost in costs),
        repeated=sum(cost.repeated for cost in costs),
        refused=sum(cost.refused for cost in costs),
        seconds=tuple(phase for cost in costs for phase in cost.seconds),
        pace=costs[-1].pace,
    )


def describe(cost: Traffic) -> str:
    """Return what a stage cost, in a sentence."""
    phases = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in cost.seconds)
    return (
        f"{cost.requests:,} requests ({cost.repeated:,} repeated, {cost.refused:,} refused) in {phases};"
        f" settled on {cost.pace} at a time"
    )
