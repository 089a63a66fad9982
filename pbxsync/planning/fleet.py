"""Plans all tenants in scope, side by side, over one connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from pbxsync import __version__
from pbxsync.clock import now
from pbxsync.live.types import CachedTypeRules, TypeSource
from pbxsync.model.plan import Plan
from pbxsync.planning.plan import Planner
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxsync.live.types import TypeRules
    from pbxsync.model.plan import TenantPlan
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.planning.plan import PlanOptions
    from pbxsync.session import Endpoint
    from pbxsync.tenants.load import Desired


def make_plan(
    tenants: Sequence[str],
    desired: Desired,
    where: Endpoint,
    pbx: PbxReader,
    words: TypeRules,
    progress: Progress,
    care: PlanOptions,
) -> Plan:
    """Return the plan of these tenants; those that failed are in it with their error."""
    with WorkerPool(pbx.transport.settings.parallel) as workers:
        planner = Planner(
            pbx,
            workers,
            TypeSource(pbx.custom_types),
            CachedTypeRules(words),
            where.read_key,
            pbx.transport.redactor,
            care,
        )

        def one(tenant: str) -> TenantPlan:
            made = planner.plan(tenant, desired.entries(tenant))
            progress.done()
            return made

        plans = workers.map(one, tenants, progress.tick)
    return Plan(where.name, now(), __version__, tuple(plans))


class Progress(Protocol):
    """Where a stage tells how far it is."""

    def done(self) -> None:
        """One more is done. Called from any thread."""

    def tick(self) -> None:
        """Show how far it is, if it has changed. Called often, by one thread."""


def lacking_keys(tenants: Sequence[str], has_key: Callable[[str], bool]) -> bool:
    """Whether no tenant at all has a key: then the first one's error says it for all."""
    return bool(tenants) and not any(has_key(tenant) for tenant in tenants)
