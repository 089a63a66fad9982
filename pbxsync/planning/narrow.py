"""A plan narrowed to the changes that somebody approved. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pbxsync.planning.order import name_claimed, name_released

if TYPE_CHECKING:
    from collections.abc import Container

    from pbxsync.model.plan import Change, Plan, TenantPlan


class Narrowed(NamedTuple):
    """The plan that is left, the changes that it has no more, and those of them that were approved.

    An approved change is `blocked` if it takes a name that a change without approval does not release: two destinations
    would have that name.
    """

    plan: Plan
    declined: tuple[Change, ...]
    blocked: tuple[Change, ...]


def narrow(plan: Plan, approved: Container[Change]) -> Narrowed:
    """Return a plan with only the approved changes, in their order, without those that are blocked."""
    kept = {tenant.tenant: _kept(tenant, approved) for tenant in plan.tenants}
    tenants = tuple(replace(tenant, changes=kept[tenant.tenant]) for tenant in plan.tenants)
    declined = tuple(
        change for tenant in plan.tenants for change in tenant.changes if change not in kept[tenant.tenant]
    )
    return Narrowed(
        replace(plan, tenants=tenants), declined, tuple(change for change in declined if change in approved)
    )


def _kept(tenant: TenantPlan, approved: Container[Change]) -> tuple[Change, ...]:
    kept = tuple(change for change in tenant.changes if change in approved)
    while True:
        names = {name_released(change) for change in tenant.changes if change not in kept} - {None}
        free = tuple(change for change in kept if name_claimed(change) not in names)
        if free == kept:
            return kept
        kept = free
