"""Checks a saved plan against the PBX and the tenant files, before anything is written.

One object that changed, or that the files do not ask for, refuses the whole plan.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.apply.resume import holds, update_is_done
from pbxsync.errors import KeyRevoked, NotThere, PlanError, SharedDestination, StalePlan, WireError
from pbxsync.kinds.custom_destination import TYPE, fields_of, position_of
from pbxsync.live.fingerprint import key_mark, moved_fields
from pbxsync.model.plan import Add, SecretDiff, Update
from pbxsync.model.report import Outcome, Status
from pbxsync.planning.match import by_look
from pbxsync.planning.order import name_claimed
from pbxsync.text.lookalike import look_alike_key
from pbxsync.text.sanitize import quote, truncate
from pbxsync.text.words import first_lines

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from pbxsync.apply.file_check import FileCheck
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Change, Destination, Plan, TenantPlan
    from pbxsync.workers import WorkerPool

#: This many lines on objects that could not be read are shown: most often they all say the same.
_SHOWN: Final = 20


@dataclass(frozen=True)
class _Checked:
    """A tenant, ready to be applied, what is done of it, and a line for each reason against it.

    Something changed, could not be read, or is not what the files ask for.
    """

    tenant: TenantPlan
    done: tuple[Outcome, ...] = ()
    moved: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()


@dataclass(frozen=True)
class _CheckedUpdate:
    """An update with its live row filled in, and a line for each thing that changed or could not be read."""

    change: Update
    done: bool = False
    moved: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class Checked(NamedTuple):
    """A saved plan, ready to be applied, and the outcomes of its changes that are done, which the plan has no more."""

    plan: Plan
    done: tuple[Outcome, ...] = ()


def check_saved(
    live: LiveReader,
    workers: WorkerPool,
    plan: Plan,
    files: FileCheck | None,
    *,
    resumed: Mapping[Change, Outcome] | None = None,
) -> Checked:
    """Return a saved plan with the live rows and the sensitive values filled in, ready to be applied.

    If it is resumed, what `resumed` has is done, and so is what the PBX holds already.

    Reads each object that the plan updates, lists the tenants in which it adds or renames, and the types if `files` need
    them; nothing else. Raises StalePlan with everything that changed, PlanError if something could not be read or is not
    what `files` ask for, KeyRevoked at once.
    """
    known = {} if resumed is None else resumed
    plan = _without(plan, known)
    tenants = [tenant for tenant in plan.tenants if tenant.changes]
    own_ids = None if resumed is None else frozenset(each.id for each in resumed.values() if each.id is not None)
    check = partial(_tenant, live, workers, files, own_ids)
    checked = {result.tenant.tenant: result for result in workers.map(check, tenants)}
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
    ready = tuple(checked[tenant.tenant].tenant if tenant.changes else tenant for tenant in plan.tenants)
    found = (outcome for result in checked.values() for outcome in result.done)
    return Checked(replace(plan, tenants=ready), (*known.values(), *found))


def _without(plan: Plan, done: Container[Change]) -> Plan:
    """Return what is left of a plan."""
    return replace(
        plan,
        tenants=tuple(
            replace(tenant, changes=tuple(change for change in tenant.changes if change not in done))
            for tenant in plan.tenants
        ),
    )


def _tenant(
    live: LiveReader,
    workers: WorkerPool,
    files: FileCheck | None,
    own_ids: frozenset[str] | None,
    tenant: TenantPlan,
) -> _Checked:
    """Check a tenant. `own_ids` are those of destinations that a resumed plan has added; None if it is not resumed."""
    read_at, resumes = time.monotonic(), own_ids is not None
    updates = [change for change in tenant.changes if isinstance(change, Update)]
    adds = [change for change in tenant.changes if isinstance(change, Add)]
    checked = dict(zip(updates, workers.map_nested(partial(_update, live, resumes), updates), strict=True))
    done = [Outcome(change, Status.FOUND_DONE, change.id) for change, result in checked.items() if result.done]
    moved = [line for result in checked.values() for line in result.moved]
    unread = [line for result in checked.values() for line in result.unread]
    own_names = {change.name for change in adds}
    renames = any(name_claimed(change) is not None for change in updates)
    try:
        listing = live.pbx.destinations(tenant.tenant) if adds or (renames and files is not None) else None
        if adds and listing is not None:
            own_rows = {row.id for row in listing.rows if row.name in own_names} | (own_ids or set())
            others = by_look(row for row in listing.rows if row.id not in own_rows)
            for change in adds:
                start = f"{truncate(tenant.tenant)}: {quote(change.name)} was not live when this was planned"
                ids = [row.id for row in listing.rows if row.name == change.name]
                if resumes and len(ids) == 1 and holds(live, change, live.read(tenant.tenant, ids[0])):
                    done.append(Outcome(change, Status.FOUND_DONE, ids[0]))
                elif ids:
                    moved.append(f"{start}, and is live now as {ids[-1]}")
                else:
                    moved += [
                        f"{start}, and {quote(row.name)}, which looks the same, is live now as {row.id}"
                        for row in others.get(look_alike_key(change.name), ())
                        if row.id not in change.beside
                    ]
            live_ids = frozenset(row.id for row in listing.rows)
            doubtful = tenant.doubtful_empty or listing.doubtful
            tenant = replace(tenant, live_ids=live_ids, doubtful_empty=doubtful)
        finished = {outcome.change for outcome in done}
        left = (change for change in tenant.changes if change not in finished)
        changes = tuple(checked[change].change if isinstance(change, Update) else change for change in left)
        tenant = replace(tenant, changes=changes, read_at=read_at)
        if files is None or moved or unread:
            return _Checked(tenant, tuple(done), tuple(moved), tuple(unread))
        tenant, unasked = files(live, tenant, listing)
    except KeyRevoked:
        raise
    except WireError as error:
        unread.append(f"{truncate(tenant.tenant)}: cannot be read: {error}")
        return _Checked(tenant, (), tuple(moved), tuple(unread))
    return _Checked(tenant, tuple(done), unasked=unasked)


def _update(live: LiveReader, resumes: bool, change: Update) -> _CheckedUpdate:  # noqa: FBT001 - as above
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
    return _compare(live, change, row, resumes=resumes)


def _compare(live: LiveReader, change: Update, row: Destination, *, resumes: bool) -> _CheckedUpdate:
    """Compare the live row of an update with the one that it was planned against."""
    start = f"{truncate(change.tenant)}: destination {change.id}"
    mark = key_mark(change.live)
    if mark is not None and mark != live.mark(change.tenant):
        text = f"{start} has sensitive params, and was planned with another key: give apply the read key that plan had"
        return _CheckedUpdate(change, unread=(text,))
    if resumes and update_is_done(live, change, row):
        return _CheckedUpdate(change, done=True)
    fingerprint = live.fingerprint(change.tenant, row)
    moved = moved_fields(change.live, fingerprint)
    if (mark is None) != (key_mark(fingerprint) is None) and TYPE not in moved:
        text = f"{start}: the project file declares other params of its type sensitive than when this was planned"
        return _CheckedUpdate(change, moved=(text,))
    hidden = live.hidden_fields(row)
    return _CheckedUpdate(replace(change, was=row), moved=tuple(_moved(change, field, row, hidden) for field in moved))


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
