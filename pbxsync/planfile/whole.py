"""What holds over all tenants of a plan: each tenant once, each live object once, each new name once in its tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxsync.model import Action
from pbxsync.text.inert import cited

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pbxsync.model import TenantPlan


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
    yield f"tenant {cited(tenant.tenant)}"
    for change in tenant.changes:
        if change.action is Action.ADD:
            yield f"the add of {cited(change.name)} to tenant {cited(tenant.tenant)}"
        else:
            yield f"id {change.id}"
