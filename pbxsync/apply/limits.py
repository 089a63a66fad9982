"""What must hold before anybody is asked: limits on how much one apply may change, and lists that may be errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.errors import GuardError, PlanError
from pbxsync.text.sanitize import truncate
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from pbxsync.model.plan import Plan

#: As many tenants over a limit are named one by one.
_NAMED = 20


def check_complete(plan: Plan) -> None:
    """Raise PlanError for a plan in which a tenant is unknown: nothing at all is written then."""
    failed = [tenant.tenant for tenant in plan.tenants if tenant.error is not None]
    if failed:
        raise PlanError(
            f"the plan is incomplete ({_some(failed)} could not be planned), so nothing is written: mend it, or narrow"
            " the run with --tenant"
        )


def check_empty(plan: Plan, *, allow_empty: bool) -> None:
    """Raise PlanError where changes rest on a list that may be an error and `--allow-empty` was not given."""
    doubtful = [tenant.tenant for tenant in plan.tenants if tenant.doubtful_empty and tenant.changes]
    if doubtful and not allow_empty:
        raise PlanError(
            f"the PBX lists no destinations for {_some(doubtful)}, in a way that is also how its errors look, so nothing"
            " is written: if that is right, say --allow-empty"
        )


def check_limits(plan: Plan, total: int | None, per_tenant: int | None) -> None:
    """Raise GuardError where the plan has more changes than it may, in all or in one tenant."""
    counts = {tenant.tenant: len(tenant.changes) for tenant in plan.tenants}
    if per_tenant is not None:
        over = [f"{tenant} ({count})" for tenant, count in counts.items() if count > per_tenant]
        if over:
            raise GuardError(
                f"more than {per_tenant} changes in one tenant: {_some(over)}. Nothing was written; if that is meant,"
                " raise per_tenant: of max_changes: in the project file, or narrow with --tenant"
            )
    changes = sum(counts.values())
    if total is not None and changes > total:
        most = sorted(
            ((count, tenant) for tenant, count in counts.items() if count), key=lambda each: (-each[0], each[1])
        )
        listed = _some([f"{tenant} ({count})" for count, tenant in most])
        raise GuardError(
            f"{changes} changes are more than the {total} that are allowed: {listed}. Nothing was written; if that is"
            f" meant, say --max-changes {changes}, or narrow with --tenant"
        )


def _some(names: list[str]) -> str:
    return first_names([truncate(name) for name in names], _NAMED)
