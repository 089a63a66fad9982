"""The stages that several commands go through, with progress and the summary of `-v`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pbxsync.cli.console import ProgressBar
from pbxsync.model.report import Traffic
from pbxsync.planning.fleet import lacking_keys, make_plan
from pbxsync.planning.plan import PlanOptions
from pbxsync.session import reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.planning.shards import Shard
    from pbxsync.project import Project
    from pbxsync.session import Endpoint, Limits
    from pbxsync.tenants.load import Desired


def plan_stage(
    app: Context,
    project: Project,
    desired: Desired,
    where: Endpoint,
    limits: Limits,
    shard: Shard | None = None,
    *,
    relist_before_add: bool = False,
) -> Plan:
    """Plan all tenants in scope, or those of a shard, over a connection that cannot write."""
    care = PlanOptions(unmanaged=app.verbosity > 0, relist_before_add=relist_before_add)
    tenants = desired.tenants if shard is None else shard.of(desired.tenants)
    check_keys(project, where, tenants)
    begun = time.monotonic()
    with reader(where, limits, app.redactor) as pbx, ProgressBar(app.console, "Planning", len(tenants)) as bar:
        plan = make_plan(tenants, desired, where, pbx, project, bar, care)
        cost = traffic(pbx, (("plan", time.monotonic() - begun),))
    app.spent.append(cost)
    if app.verbosity > 0:
        app.console.note(describe(cost))
    return plan


def check_keys(project: Project, where: Endpoint, tenants: Sequence[str]) -> None:
    """Raise ProjectError where there is a key for no tenant at all: once, and not once for each of them."""
    if where.name == where.url and lacking_keys(tenants, project.has_key):
        where.read_key(tenants[0])


def traffic(pbx: PbxReader, seconds: tuple[tuple[str, float], ...]) -> Traffic:
    """Return what a stage cost."""
    meter = pbx.transport.meter
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
