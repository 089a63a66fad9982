"""The plans of several files as one, whatever the order in which they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxsync.errors import PlanError, UsageError
from pbxsync.model.plan import Add, Plan
from pbxsync.text.sanitize import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pbxsync.model.plan import TenantPlan


def join(plans: Iterable[tuple[str, Plan]]) -> Plan:
    """Return one plan of pairs of a file name and its plan.

    It is as old as the oldest of them. Raises `PlanError` where they are for several PBXs, or where two of them hold
    the same tenant or change the same object.
    """
    given = sorted(plans, key=lambda pair: pair[0])
    if not given:
        raise UsageError("no plan was given: name at least one file made by `pbxsync plan --out`")
    _check_one_url(given)
    found = [(file, tenant) for file, plan in given for tenant in plan.tenants]
    clash = first_clash(found)
    if clash is not None:
        files = f"{sanitize(clash.first)} and {sanitize(clash.second)}"
        raise PlanError(f"{files} both hold {clash.what}: apply them one after the other, or plan again in one run")
    return Plan(
        url=given[0][1].url,
        created_at=min(plan.created_at for _, plan in given),
        pbxsync_version=", ".join(sorted({plan.pbxsync_version for _, plan in given})),
        tenants=tuple(sorted((tenant for _, tenant in found), key=lambda tenant: tenant.tenant)),
    )


def _check_one_url(given: list[tuple[str, Plan]]) -> None:
    file, first = given[0]
    for other, plan in given:
        if plan.url != first.url:
            raise PlanError(
                f"{sanitize(file)} is a plan for {quote(first.url)} and {sanitize(other)} for {quote(plan.url)}: "
                "give the plans of one PBX at a time"
            )


class Clash(NamedTuple):
    """The same thing in two places: `what` it is, in words, and the files that hold it."""

    what: str
    first: str
    second: str


def first_clash(tenants: Iterable[tuple[str, TenantPlan]]) -> Clash | None:
    """Return the first thing that two tenants (or one) hold both, of pairs of a file name and a tenant."""
    seen: dict[str, str] = {}
    for file, tenant in tenants:
        for what in _things(tenant):
            if what in seen:
                return Clash(what, seen[what], file)
            seen[what] = file
    return None


def _things(tenant: TenantPlan) -> Iterator[str]:
    yield f"tenant {quote(tenant.tenant)}"
    for change in tenant.changes:
        if isinstance(change, Add):
            yield f"the add of {quote(change.name)} to tenant {quote(tenant.tenant)}"
        else:
            yield f"id {change.id}"
