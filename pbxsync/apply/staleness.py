"""Checks a saved plan against the PBX and the tenant files, before anything is written.

One object that changed, or that the files do not ask for, refuses the whole plan.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from pbxsync.errors import KeyRevoked, NotThere, PlanError, SharedDestination, StalePlan, WireError
from pbxsync.kinds.custom_destination import TYPE, fields_of, position_of
from pbxsync.live.fingerprint import key_mark, moved_fields
from pbxsync.model.plan import Add, SecretDiff, Update
from pbxsync.planning.order import name_claimed
from pbxsync.text.sanitize import quote, truncate
from pbxsync.text.words import first_lines

if TYPE_CHECKING:
    from pbxsync.apply.file_check import FileCheck
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Destination, Plan, TenantPlan
    from pbxsync.workers import WorkerPool

#: This many lines on objects that could not be read are shown: most often they all say the same.
_SHOWN: Final = 20


@dataclass(frozen=True)
class _Checked:
    """A tenant, ready to be applied, and a line for each reason against it.

    Something changed, could not be read, or is not what the files ask for.
    """

    tenant: TenantPlan
    moved: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True)
class _CheckedUpdate:
    """An update with its live row filled in, and a line for each thing that changed or could not be read."""

    change: Update
    moved: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def check_saved(live: LiveReader, workers: WorkerPool, plan: Plan, files: FileCheck | None) -> Plan:
    """Return a saved plan with the live rows and the sensitive values filled in, ready to be applied.

    Reads each object that the plan updates, lists the tenants in which it adds or renames, and the types if `files` need
    them; nothing else. Raises StalePlan with everything that changed, PlanError if something could not be read or is not
    what `files` ask for, KeyRevoked at once.
    """
    tenants = [tenant for tenant in plan.tenants if tenant.changes]
    checked = {result.tenant.tenant: result for result in workers.map(partial(_tenant, live, workers, files), tenants)}
    moved = [line for result in checked.values() for line in result.moved]
    moved += live.pbx.ownership.conflicts().values()
    unread = [line for result in checked.values() for line in result.unread]
    listed = "\n".join(f"  {line}" for line in (*moved, *first_lines(unread, _SHOWN)))
    if moved:
        raise StalePlan(f"the saved plan is stale, so nothing of it was written; plan again:\n{listed}")
    if unread:
        raise PlanError(
            "could not check the saved plan against the PBX, so nothing of it was written. The plan is still valid: apply"
            f" it again later:\n{listed}"
        )
    unasked = [line for result in checked.values() for line in result.unasked]
    if unasked:
        listed = "\n".join(f"  {line}" for line in first_lines(unasked, _SHOWN))
        raise PlanError(f"the saved plan is not what the tenant files ask for, so nothing of it was written:\n{listed}")
    return replace(
        plan,
        tenants=tuple(checked[tenant.tenant].tenant if tenant.changes else tenant for tenant in plan.tenants),
    )


def _tenant(live: LiveReader, workers: WorkerPool, files: FileCheck | None, tenant: TenantPlan) -> _Checked:
    read_at = time.monotonic()
    updates = [change for change in tenant.changes if isinstance(change, Update)]
    checked = dict(zip(updates, workers.map_nested(partial(_update, live), updates), strict=True))
    moved = [line for result in checked.values() for line in result.moved]
    unread = [line for result in checked.values() for line in result.unread]
    changes = tuple(checked[change].change if isinstance(change, Update) else change for change in tenant.changes)
    ready = replace(tenant, changes=changes, live_ids=frozenset(), read_at=read_at)
    adds = [change for change in tenant.changes if isinstance(change, Add)]
    renames = any(name_claimed(change) is not None for change in updates)
    code, listing = truncate(tenant.tenant), None
    try:
        if adds or (renames and files is not None):
            listing = live.pbx.destinations(tenant.tenant)
        if adds and listing is not None:
            ids = {row.name: row.id for row in listing.rows}
            moved += [
                f"{code}: {quote(change.name)} was not live when this was planned, and is live now as {ids[change.name]}"
                for change in adds
                if change.name in ids
            ]
            live_ids = frozenset(row.id for row in listing.rows)
            ready = replace(ready, live_ids=live_ids, doubtful_empty=tenant.doubtful_empty or listing.doubtful)
        if files is None or moved or unread:
            return _Checked(ready, tuple(moved), tuple(unread))
        ready, unasked = files(live, ready, listing)
    except KeyRevoked:
        raise
    except WireError as error:
        return _Checked(tenant, tuple(moved), (*unread, f"{code}: cannot be read: {error}"))
    return _Checked(ready, unasked=unasked)


def _update(live: LiveReader, change: Update) -> _CheckedUpdate:
    start = f"{truncate(change.tenant)}: destination {change.id}"
    try:
        row = live.read(change.tenant, change.id)
    except SharedDestination as error:
        return _CheckedUpdate(change, moved=(f"{truncate(change.tenant)}: {error}",))
    except KeyRevoked:
        raise
    except NotThere:
        return _CheckedUpdate(change, moved=(f"{start} ({quote(change.name)}) no longer exists",))
    except WireError as error:
        return _CheckedUpdate(change, unread=(f"{start}: cannot be read: {error}",))
    mark = key_mark(change.live)
    if mark is not None and mark != live.mark(change.tenant):
        text = f"{start} has sensitive params, and was planned with another key: give apply the read key that plan had"
        return _CheckedUpdate(change, unread=(text,))
    fingerprint = live.fingerprint(change.tenant, row)
    moved = moved_fields(change.live, fingerprint)
    if (mark is None) != (key_mark(fingerprint) is None) and TYPE not in moved:
        text = f"{start}: the project file declares other params of its type sensitive than when this was planned"
        return _CheckedUpdate(change, moved=(text,))
    hidden = live.hidden_fields(row)
    return _CheckedUpdate(replace(change, was=row), tuple(_moved(change, field, row, hidden) for field in moved))


def _moved(change: Update, field: str, row: Destination, hidden: frozenset[str]) -> str:
    """Return what a field was and is now. Its old value is known only if the plan changes the field.

    If the row was fingerprinted with a key, no value of its other params is shown: one that was sensitive in the project
    of the plan may not be sensitive in that of the apply.
    """
    start = f"{truncate(change.tenant)}: destination {change.id}: {field}"
    planned = next((diff for diff in change.diff if diff.field == field), None)
    keyed = planned is None and position_of(field) is not None and key_mark(change.live) is not None
    if field in hidden or keyed or isinstance(planned, SecretDiff):
        return f"{start} (sensitive) has changed"
    value = quote(fields_of(row)[field] or "", 1000)
    before = None if planned is None else planned.old_value
    if before is None:
        return f"{start} has changed: it is {value} now"
    return f"{start} was {quote(before)} when this was planned and is {value} now"
