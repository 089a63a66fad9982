"""Holds a saved plan against what is live now: one object that moved refuses all of it, before anything is written."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pbxsync.errors import KeyRevoked, NotThere, PlanError, StalePlan, WireError
from pbxsync.kinds.custom_destination import fields_of, position_of
from pbxsync.live.fingerprint import key_mark, moved_fields
from pbxsync.model.plan import Add, SecretDiff, Update
from pbxsync.text.sanitize import quote, truncate
from pbxsync.text.words import first_lines

if TYPE_CHECKING:
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Destination, Plan, TenantPlan
    from pbxsync.workers import WorkerPool


#: As many lines on what could not be read are shown: most often they all say the same.
_SHOWN: Final = 20


@dataclass(frozen=True)
class _Checked:
    """A tenant with its live rows filled in; a line for each thing that moved, and for each that could not be read."""

    tenant: TenantPlan
    moved: tuple[str, ...]
    unread: tuple[str, ...]


@dataclass(frozen=True)
class _Row:
    """The live row of an update, with the same lines."""

    now: Destination | None = None
    moved: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Freshness:
    """Checks plans that were made earlier."""

    live: LiveReader
    workers: WorkerPool

    def check(self, plan: Plan) -> Plan:
        """Return the plan with the live rows filled in, fit to be applied.

        Reads each object that the plan updates, and lists the tenants to which it adds; nothing else. Raises StalePlan
        with all that moved, PlanError where something could not be read, KeyRevoked at once.
        """
        concerned = [tenant for tenant in plan.tenants if tenant.changes]
        checked = {each.tenant.tenant: each for each in self.workers.map(self._tenant, concerned)}
        moved = [line for each in checked.values() for line in each.moved]
        unread = [line for each in checked.values() for line in each.unread]
        listed = "\n".join(f"  {line}" for line in (*moved, *first_lines(unread, _SHOWN)))
        if moved:
            raise StalePlan(f"the saved plan is stale, so nothing of it was written; plan again:\n{listed}")
        if unread:
            raise PlanError(
                "the saved plan could not be held against the PBX, so nothing of it was written; it stays good, apply it"
                f" again later:\n{listed}"
            )
        return replace(
            plan,
            tenants=tuple(checked[each.tenant].tenant if each.changes else each for each in plan.tenants),
        )

    def _tenant(self, tenant: TenantPlan) -> _Checked:
        read_at = time.monotonic()
        updates = [change for change in tenant.changes if isinstance(change, Update)]
        rows = dict(zip(updates, self.workers.map_nested(self._update, updates), strict=True))
        moved = tuple(line for row in rows.values() for line in row.moved)
        unread = tuple(line for row in rows.values() for line in row.unread)
        adds = [change for change in tenant.changes if isinstance(change, Add)]
        try:
            ids, doubtful, taken = self._list(tenant, adds)
        except KeyRevoked:
            raise
        except WireError as error:
            return _Checked(tenant, moved, (*unread, f"{truncate(tenant.tenant)}: cannot be read: {error}"))
        ready = replace(
            tenant,
            changes=tuple(
                replace(each, was=rows[each].now) if isinstance(each, Update) else each for each in tenant.changes
            ),
            live_ids=ids,
            read_at=read_at,
            doubtful_empty=tenant.doubtful_empty or doubtful,
        )
        return _Checked(ready, (*moved, *taken), unread)

    def _update(self, change: Update) -> _Row:
        where = f"{truncate(change.tenant)}: destination {change.id}"
        try:
            now = self.live.read(change.tenant, change.id)
        except KeyRevoked:
            raise
        except NotThere:
            return _Row(moved=(f"{where} ({quote(change.name)}) is not there any more",))
        except WireError as error:
            return _Row(unread=(f"{where}: cannot be read: {error}",))
        mark = key_mark(change.live)
        if mark is not None and mark != self.live.mark(change.tenant):
            text = (
                f"{where} has sensitive params, and was fingerprinted with another key than the one there is now: give"
                " apply the read key that plan had too"
            )
            return _Row(unread=(text,))
        moved = moved_fields(change.live, self.live.fingerprint(change.tenant, now))
        hidden = self.live.hidden_fields(now)
        return _Row(now, tuple(_moved(change, name, now, hidden) for name in moved))

    def _list(self, tenant: TenantPlan, adds: list[Add]) -> tuple[frozenset[str], bool, list[str]]:
        """Return the ids of a tenant, whether its list is a doubtful nothing, and the names that are not free."""
        if not adds:
            return frozenset(), False, []
        listing = self.live.pbx.destinations(tenant.tenant)
        names = {row.name: row.id for row in listing.rows}
        wanted = [change.name for change in adds]
        taken = [
            f"{truncate(tenant.tenant)}: {quote(name)} was not live when this was planned, and is live now as"
            f" {names[name]}"
            for name in wanted
            if name in names
        ]
        return frozenset(row.id for row in listing.rows), listing.doubtful, taken


def _moved(change: Update, field: str, now: Destination, hidden: frozenset[str]) -> str:
    """Return what moved, from what, to what. What it was is known of the fields that the plan changes.

    Of a row that was fingerprinted with a key nothing else is shown: what was sensitive when it was planned may not be
    any more in the project of whoever applies it.
    """
    start = f"{truncate(change.tenant)}: destination {change.id}: {field}"
    planned = next((row for row in change.diff if row.field == field), None)
    keyed = planned is None and position_of(field) is not None and key_mark(change.live) is not None
    if field in hidden or keyed or isinstance(planned, SecretDiff):
        return f"{start} (sensitive) has moved"
    value = quote(fields_of(now)[field] or "", 1000)
    before = None if planned is None else planned.old_value
    was = f"was {quote(before)} when this was planned and is" if before is not None else "has moved: it is"
    return f"{start} {was} {value} now"
