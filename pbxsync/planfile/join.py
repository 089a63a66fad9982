"""The plans of several files as one, whatever the order in which they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.errors import PlanError, UsageError
from pbxsync.model import Plan
from pbxsync.planfile.whole import first_clash
from pbxsync.text.inert import cited, inert

if TYPE_CHECKING:
    from collections.abc import Iterable


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
        files = f"{inert(clash.first)} and {inert(clash.second)}"
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
                f"{inert(file)} is a plan for {cited(first.url)} and {inert(other)} for {cited(plan.url)}: "
                "give the plans of one PBX at a time"
            )
