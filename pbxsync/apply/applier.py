"""Applies an approved plan: tenants side by side, the changes of one tenant in their order.

The phases of each change:

1. hold: nothing new starts after ^C, a rejected key, a journal that cannot be written, or unanswered writes in a row
2. re-read: rows read more than ten seconds ago are read again just before they are written
3. write: journal, send, settle, read back (write.py)
4. list: after the adds of a tenant, its list must show each of them under its name, and no other one of that name
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from pbxsync.apply.add import add
from pbxsync.apply.context import TenantState
from pbxsync.apply.readback import expected
from pbxsync.apply.update import update
from pbxsync.apply.write import write
from pbxsync.errors import JournalError, NoConnection, WireError
from pbxsync.live.fingerprint import moved_fields
from pbxsync.model.plan import Add, Update
from pbxsync.model.report import Outcome, Report, Status
from pbxsync.planning.match import by_look
from pbxsync.planning.order import name_claimed, name_released
from pbxsync.text.lookalike import look_alike_key
from pbxsync.text.sanitize import quote, truncate
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pbxsync.apply.context import WriteContext
    from pbxsync.model.plan import Change, Destination, Plan, TenantPlan
    from pbxsync.pbx.managedb import Listing
    from pbxsync.workers import WorkerPool

#: Rows read more than this many seconds ago are read again before they are written.
FRESH_SECONDS: Final = 10.0
#: For this many seconds the list of a tenant is asked for until it shows all that was added.
LIST_SECONDS: Final = 10.0
_FIRST_PAUSE: Final = 0.25
_LONGEST_PAUSE: Final = 2.0
_NAMED: Final = 5


def apply_plan(
    context: WriteContext,
    workers: WorkerPool,
    plan: Plan,
    done: Callable[[Outcome], None] = lambda _: None,
    tick: Callable[[], None] | None = None,
) -> Report:
    """Write every change of a plan and return the outcomes in the order of the plan.

    `done` is called with each outcome, from any thread; `tick` from time to time, by this one.
    """
    tenants = [tenant for tenant in plan.tenants if tenant.changes]
    outcomes = workers.map(lambda tenant: _apply_tenant(context, tenant, done), tenants, tick)
    broken = context.journal.broken if context.journal is not None else None
    return Report(
        tuple(outcome for of_tenant in outcomes for outcome in of_tenant),
        interrupted=context.breaker.interrupted.is_set(),
        stopped=broken or context.breaker.reason,
    )


def _apply_tenant(context: WriteContext, tenant: TenantPlan, done: Callable[[Outcome], None]) -> list[Outcome]:
    """Write the changes of one tenant, in their order."""
    state = TenantState(frozenset(change.name for change in tenant.changes if isinstance(change, Add)))
    outcomes: list[Outcome] = []
    for change in tenant.changes:
        is_add = isinstance(change, Add)
        if is_add:
            context.own_adds.begin()
        outcome: Outcome | None = None
        try:
            outcome = _apply_change(context, change, tenant, state)
        except JournalError as error:
            context.breaker.stop(str(error))
            outcome = _not_sent(change, str(error))
        except WireError as error:
            if isinstance(error, NoConnection):
                context.breaker.heard(answered=False)
            outcome = _not_sent(change, str(error))
        except BaseException as error:
            context.breaker.stop(f"an unexpected error ({type(error).__name__})")
            raise
        finally:
            if is_add:
                context.own_adds.end(outcome.id if outcome is not None and outcome.status.good else None)
        name = name_released(change)
        if name is not None and isinstance(change, Update) and not outcome.status.good:
            state.kept_names[name] = change.id
        done(outcome)
        outcomes.append(outcome)
        if is_add and outcome.status.good and outcome.id is not None:
            _look_for_twins(context, tenant.tenant, int(outcome.id), outcomes, state)
    return _check_adds(context, tenant.tenant, outcomes, state)


def _apply_change(context: WriteContext, change: Change, tenant: TenantPlan, state: TenantState) -> Outcome:
    """Write one change, unless there is a reason not to. Raises WireError and JournalError before anything is sent."""
    held = context.breaker.adds_held if isinstance(change, Add) else None
    reason = context.breaker.why() or state.closed or held or _name_still_kept(change, state)
    if reason:
        return _not_sent(change, reason)
    context.pbx.ready(change.tenant)
    if isinstance(change, Add):
        reason = _name_taken(context, change, tenant, state)
        send = partial(add, context, change, state)
    else:
        row, reason = _current_row(context, change, tenant)
        send = partial(update, context, change, row)
    return _not_sent(change, reason) if reason else write(context, change, state, send)


def _not_sent(change: Change, reason: str) -> Outcome:
    return Outcome(change, Status.NOT_SENT, change.id, reason)


def _name_still_kept(change: Change, state: TenantState) -> str:
    """Return why a change cannot take its name: a rename that was to release it failed. Empty if it can."""
    name = name_claimed(change)
    if name is None or name not in state.kept_names:
        return ""
    return (
        f"destination {state.kept_names[name]} still has the name {quote(name)} because it could not be renamed: nothing"
        " was written, or two destinations would have that name"
    )


def _current_row(context: WriteContext, change: Update, tenant: TenantPlan) -> tuple[Destination, str]:
    """Return the live row that an update changes, and why it must not: it differs from the planned one."""
    if change.was is not None and _is_fresh(tenant.read_at):
        return change.was, ""
    row = context.live.read(change.tenant, change.id)
    fields = moved_fields(change.live, context.live.fingerprint(change.tenant, row))
    if not fields:
        return row, ""
    return row, f"somebody changed it since it was planned ({', '.join(fields)}): nothing was written; plan again"


def _name_taken(context: WriteContext, change: Add, tenant: TenantPlan, state: TenantState) -> str:
    """Learn the ids of a tenant before an add, and return why it must not be sent: its name is live by now."""
    if state.ids is None:
        state.ids, state.listed_at = tenant.live_ids, tenant.read_at
    if not _is_fresh(state.listed_at):
        listed_at = time.monotonic()
        state.listing = context.pbx.destinations(tenant.tenant)
        if state.listing.doubtful and not tenant.doubtful_empty:
            return "the PBX no longer lists anything for this tenant: nothing was written; plan again"
        # Ids listed before stay known, though a list may leave one out: no id is given twice (field).
        state.ids, state.listed_at = state.ids | {row.id for row in state.listing.rows}, listed_at
    name = expected(change, None)["name"]
    ids = [row.id for row in state.listing.rows if row.name == name] if state.listing is not None else []
    if ids:
        return f"somebody added this name since it was planned (id {', '.join(ids)}): nothing was written; plan again"
    rows = () if state.listing is None else state.listing.rows
    others = by_look(row for row in rows if row.id not in tenant.live_ids and row.name not in state.added_names)
    for row in others.get(look_alike_key(change.name), ()):
        other = f"{quote(row.name)} (id {row.id}), which looks the same,"
        return f"somebody added {other} since this was planned: nothing was written; plan again"
    return ""


def _is_fresh(read_at: float | None) -> bool:
    return read_at is not None and time.monotonic() - read_at < FRESH_SECONDS


def _look_for_twins(
    context: WriteContext, tenant: str, new_id: int, outcomes: list[Outcome], state: TenantState
) -> None:
    """Hold back all further adds once somebody else adds the same names.

    Ids are given in order (field), so an id between two new ones that is not ours shows that somebody else adds something.
    Only then is the tenant listed, and next after twice as many adds.
    """
    last, state.newest_id = state.newest_id, new_id
    state.adds += 1
    if state.adds < state.next_look or last is None or not context.own_adds.leave_open(range(last + 1, new_id)):
        return
    state.next_look = 2 * state.adds
    with suppress(WireError):
        state.listing = context.pbx.destinations(tenant)
        _hold_adds(context, tenant, outcomes, state.listing)


def _hold_adds(context: WriteContext, tenant: str, outcomes: list[Outcome], listing: Listing) -> dict[str, list[str]]:
    """Hold back all further adds if one of these has a twin. Return the ids of each name in the list."""
    ids: dict[str, list[str]] = defaultdict(list)
    for row in listing.rows:
        ids[row.name].append(row.id)
    for outcome in outcomes:
        with_name = ids.get(name_claimed(outcome.change) or "", [])
        if _was_added(outcome) and len(with_name) > 1:
            context.breaker.hold_adds(
                f"somebody else adds the same destinations ({truncate(tenant)} has {quote(outcome.change.name)} with the"
                f" ids {first_names(with_name, _NAMED)}): no further add is sent. Plan again when the other run has ended"
            )
            break
    return ids


def _check_adds(context: WriteContext, tenant: str, outcomes: list[Outcome], state: TenantState) -> list[Outcome]:
    """Return the outcomes; an add fails if the list does not show it under its name, or shows another one of that name.

    A list may lag behind the writes, so it is asked for again.
    """
    added = {outcome.id for outcome in outcomes if _was_added(outcome)}
    if not added:
        return outcomes
    until, pause = time.monotonic() + LIST_SECONDS, _FIRST_PAUSE
    try:
        listing = state.listing or context.pbx.destinations(tenant)
        while not added <= {row.id for row in listing.rows} and time.monotonic() < until:
            if not context.breaker.wait(pause):
                break
            pause = min(2 * pause, _LONGEST_PAUSE)
            listing = context.pbx.destinations(tenant)
    except WireError as error:
        text = f"added, but the tenant could not be listed to see whether somebody added the same name: {error}"
        return [replace(outcome, message=text) if _was_added(outcome) else outcome for outcome in outcomes]
    ids = _hold_adds(context, tenant, outcomes, listing)
    names = {row.id: row.name for row in listing.rows}
    return [_checked(outcome, names, ids) if _was_added(outcome) else outcome for outcome in outcomes]


def _checked(outcome: Outcome, names: Mapping[str, str], ids: Mapping[str, Sequence[str]]) -> Outcome:
    """Return the outcome of an add by what the list of its tenant shows: the name of each id, the ids of each name."""
    new_id, name = outcome.id or "", name_claimed(outcome.change)
    others = [object_id for object_id in ids.get(name or "", ()) if object_id != new_id]
    pin = f"pin it with `id: {new_id}`, or the next run adds another one"
    twins = f", and {', '.join(others)} has the name {quote(outcome.change.name)}" if others else ""
    if new_id not in names:
        text = f"added as {new_id}, but the tenant's list does not show it{twins}: {pin}"
    elif names[new_id] != name:
        text = f"added as {new_id}, but the tenant's list shows it as {quote(names[new_id])}{twins}: {pin}"
    elif others:
        text = (
            f"added as {new_id}, but {', '.join(others)} has the name {quote(outcome.change.name)} too: somebody added it"
            " at the same time. Remove one of them, or pin both with id"
        )
    else:
        return outcome
    return replace(outcome, status=Status.FAILED, message=text)


def _was_added(outcome: Outcome) -> bool:
    return isinstance(outcome.change, Add) and outcome.status.good
