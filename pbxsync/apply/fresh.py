"""Holds a saved plan against what is live now: one object that moved refuses all of it, before anything is written."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pbxsync.diff import values
from pbxsync.errors import StalePlan, WireError
from pbxsync.fingerprint import key_mark, moved_fields
from pbxsync.inert import quoted
from pbxsync.model import Action

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.apply.reading import LiveReader
    from pbxsync.crew import Crew
    from pbxsync.model import Change, Destination, Plan, TenantPlan


@dataclass(frozen=True)
class _Checked:
    """A tenant with its live rows filled in, and a line for each thing that speaks against the plan."""

    tenant: TenantPlan
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Freshness:
    """Checks plans that were made earlier."""

    live: LiveReader
    crew: Crew

    def check(self, plan: Plan, tick: Callable[[], None] | None = None) -> Plan:
        """Return the plan with the live rows filled in, fit to be applied. Raises StalePlan with all that moved.

        Reads each object that the plan updates, and lists the tenants to which it adds; nothing else.
        """
        concerned = [tenant for tenant in plan.tenants if tenant.changes]
        checked = {each.tenant.tenant: each for each in self.crew.all(self._tenant, concerned, tick)}
        faults = [line for each in checked.values() for line in each.faults]
        if faults:
            listed = "\n".join(f"  {line}" for line in faults)
            raise StalePlan(f"the saved plan is stale, so nothing of it was written; plan again:\n{listed}")
        return replace(
            plan,
            tenants=tuple(checked[each.tenant].tenant if each.changes else each for each in plan.tenants),
        )

    def _tenant(self, tenant: TenantPlan) -> _Checked:
        read_at = time.monotonic()
        updates = [change for change in tenant.changes if change.action is Action.UPDATE]
        adds = [change for change in tenant.changes if change.action is Action.ADD]
        try:
            results = dict(zip(updates, self.crew.each(self._update, updates), strict=True))
            ids, doubtful, taken = self._list(tenant, adds)
        except WireError as error:
            return _Checked(tenant, (f"{tenant.tenant}: cannot be read: {error}",))
        faults = [line for _, lines in results.values() for line in lines]
        changes = tuple(replace(each, was=results[each][0]) if each in results else each for each in tenant.changes)
        ready = replace(
            tenant,
            changes=changes,
            live_ids=ids,
            read_at=read_at,
            doubtful_empty=tenant.doubtful_empty or doubtful,
        )
        return _Checked(ready, (*faults, *taken))

    def _update(self, change: Change) -> tuple[Destination, tuple[str, ...]]:
        now = self.live.read(change.tenant, change.id or "")
        mark = key_mark(change.live or "")
        if mark is not None and mark != self.live.mark(change.tenant):
            text = (
                f"{change.tenant}: destination {change.id} has sensitive params, and was fingerprinted with another key"
                " than the one there is now: give apply the read key that plan had too"
            )
            return now, (text,)
        moved = moved_fields(change.live or "", self.live.fingerprint(change.tenant, now))
        hidden = self.live.hidden_fields(now)
        return now, tuple(_moved(change, name, now, hidden) for name in moved)

    def _list(self, tenant: TenantPlan, adds: list[Change]) -> tuple[frozenset[str], bool, list[str]]:
        """Return the ids of a tenant, whether its list is a doubtful nothing, and the names that are not free."""
        if not adds:
            return frozenset(), False, []
        listing = self.live.pbx.destinations(tenant.tenant)
        renamed = {change.id for change in tenant.changes for row in change.diff if row.field == "name" and change.id}
        names = {row.name: row.id for row in listing.rows if row.id not in renamed}
        wanted = [(change, row.after or "") for change in adds for row in change.diff if row.field == "name"]
        taken = [
            f"{tenant.tenant}: {quoted(name)} was not live when this was planned, and is live now as {names[name]}"
            for _, name in wanted
            if name in names
        ]
        return frozenset(row.id for row in listing.rows), listing.doubtful, taken


def _moved(change: Change, field: str, now: Destination, hidden: frozenset[str]) -> str:
    """Return what moved, from what, to what. What it was is known of the fields that the plan changes."""
    start = f"{change.tenant}: destination {change.id}: {field}"
    planned = next((row for row in change.diff if row.field == field), None)
    if field in hidden or (planned is not None and planned.sensitive):
        return f"{start} (sensitive) has moved"
    value = quoted(values(now)[field] or "")
    before = planned.before_id if planned is not None and field == "type" else planned.before if planned else None
    was = f"was {quoted(before)} when this was planned and is" if before is not None else "has moved: it is"
    return f"{start} {was} {value} now"
