"""Checks before anybody is asked: the plan is complete, within its limits, and not based on a list that may be an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.errors import GuardError, PlanError
from pbxsync.text.sanitize import truncate
from pbxsync.text.words import first_names, plural

if TYPE_CHECKING:
    from pbxsync.model.plan import Plan

#: This many tenants are named one by one.
_NAMED: Final = 20


def check_complete(plan: Plan) -> None:
    """Raise PlanError if a tenant could not be planned: nothing at all is written then."""
    failed = [tenant.tenant for tenant in plan.tenants if tenant.error is not None]
    if failed:
        raise PlanError(
            f"the plan is incomplete ({_some(failed)} could not be planned), so nothing is written: fix the cause,"
            " or narrow the run with --tenant"
        )


def check_empty(plan: Plan, *, allow_empty: bool) -> None:
    """Raise PlanError if changes are based on a list that may be an error, unless `--allow-empty` was given."""
    doubtful = [tenant.tenant for tenant in plan.tenants if tenant.doubtful_empty and tenant.changes]
    if doubtful and not allow_empty:
        raise PlanError(
            f"the PBX lists no destinations for {_some(doubtful)}, but its answer may be an error, so nothing is written:"
            " if it really has none, use --allow-empty"
        )


def check_limits(plan: Plan, total: int | None, per_tenant: int | None) -> None:
    """Raise GuardError if the plan has more changes than are allowed, in total or in one tenant."""
    counts = {tenant.tenant: len(tenant.changes) for tenant in plan.tenants}
    if per_tenant is not None:
        over = [f"{tenant} ({count:,})" for tenant, count in counts.items() if count > per_tenant]
        if over:
            raise GuardError(
                f"more than {plural(per_tenant, 'change')} in one tenant: {_some(over)}. Nothing was written; if this is"
                " intended, raise per_tenant: of max_changes: in the project file, or narrow with --tenant"
            )
    changes = sum(counts.values())
    if total is not None and changes > total:
        largest_first = sorted(counts, key=lambda tenant: (-counts[tenant], tenant))
        listed = _some([f"{tenant} ({counts[tenant]:,})" for tenant in largest_first if counts[tenant]])
        raise GuardError(
            f"the plan has {plural(changes, 'change')}, and the limit is {total:,}: {listed}. Nothing was written; if this"
            f" is intended, use --max-changes {changes}, or narrow with --tenant"
        )


def _some(names: list[str]) -> str:
    return first_names([truncate(name) for name in names], _NAMED)
