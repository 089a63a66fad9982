"""The plans of several files as one. Their order does not matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxsync.errors import PlanError, UsageError
from pbxsync.model.plan import Add, Plan
from pbxsync.text.sanitize import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pbxsync.model.plan import TenantPlan


def combine(plans: Iterable[tuple[str, Plan]]) -> Plan:
    """Return one plan, made of pairs of a file name and its plan. It is as old as the oldest of them.

    Raises `PlanError` if they are for different PBXs, or if two of them contain the same tenant or change the same object.
    """
    pairs = sorted(plans, key=lambda pair: pair[0])
    if not pairs:
        raise UsageError("no plan was given: name at least one file made by `pbxsync plan --out`")
    first_file, first = pairs[0]
    for file, plan in pairs:
        if plan.url != first.url:
            raise PlanError(
                f"{sanitize(first_file)} is a plan for {quote(first.url)} and {sanitize(file)} for {quote(plan.url)}: "
                "give the plans of one PBX at a time"
            )
    tenants = [(file, tenant) for file, plan in pairs for tenant in plan.tenants]
    clash = first_clash(tenants)
    if clash is not None:
        files = f"{sanitize(clash.first)} and {sanitize(clash.second)}"
        raise PlanError(f"{files} both contain {clash.item}: apply them one after the other, or plan again in one run")
    return Plan(
        url=first.url,
        created_at=min(plan.created_at for _, plan in pairs),
        pbxsync_version=", ".join(sorted({plan.pbxsync_version for _, plan in pairs})),
        tenants=tuple(sorted((tenant for _, tenant in tenants), key=lambda tenant: tenant.tenant)),
    )


class Clash(NamedTuple):
    """The same item in two files: the item in words, and the names of the files."""

    item: str
    first: str
    second: str


def first_clash(tenants: Iterable[tuple[str, TenantPlan]]) -> Clash | None:
    """Return the first item that is there twice, in pairs of a file name and a tenant."""
    seen: dict[str, str] = {}
    for file, tenant in tenants:
        for item in _items(tenant):
            if item in seen:
                return Clash(item, seen[item], file)
            seen[item] = file
    return None


def _items(tenant: TenantPlan) -> Iterator[str]:
    yield f"tenant {quote(tenant.tenant)}"
    for change in tenant.changes:
        if isinstance(change, Add):
            yield f"the add of {quote(change.name)} to tenant {quote(tenant.tenant)}"
        else:
            yield f"id {change.id}"
