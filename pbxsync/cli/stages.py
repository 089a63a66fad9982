"""The stages that several commands go through, with progress and the summary of `-v`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pbxsync.cli.progress import ProgressBar
from pbxsync.live.types import CachedTypeRules, TypeSource
from pbxsync.model.report import Traffic
from pbxsync.planning.plan import PlanContext, PlanOptions, plan_fleet
from pbxsync.session import RequestLimits, reader
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.planning.shards import Shard
    from pbxsync.project import Project
    from pbxsync.session import Endpoint
    from pbxsync.tenants.desired import Desired


def request_limits(context: Context, project: Project) -> RequestLimits:
    """Return what bounds requests: an option, else the project file, else the default. -vv traces each request."""
    trace = context.console.note if context.verbosity > 1 else None
    return RequestLimits(
        context.timeout or project.timeout, context.retries or project.retries, context.parallel, trace
    )


def plan_stage(
    app: Context,
    project: Project,
    desired: Desired,
    endpoint: Endpoint,
    limits: RequestLimits,
    shard: Shard | None = None,
    *,
    relist_before_add: bool = False,
) -> Plan:
    """Plan all tenants in scope, or those of a shard, over a connection that cannot write."""
    options = PlanOptions(unmanaged=app.verbosity > 0, relist_before_add=relist_before_add)
    tenants = desired.tenants if shard is None else shard.of(desired.tenants)
    check_keys(project, endpoint, tenants)
    begun = time.monotonic()
    with (
        reader(endpoint, limits, app.redactor) as pbx,
        WorkerPool(limits.parallel) as workers,
        ProgressBar(app.console, "Planning", len(tenants)) as bar,
    ):
        types, rules = TypeSource(pbx.custom_types), CachedTypeRules(project)
        context = PlanContext(pbx, workers, types, rules, endpoint.read_key, app.redactor, options)
        plan = plan_fleet(endpoint.name, tenants, desired.entries, context, bar)
        cost = traffic(pbx, (("plan", time.monotonic() - begun),))
    app.spent.append(cost)
    if app.verbosity > 0:
        app.console.note(describe(cost))
    return plan


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
