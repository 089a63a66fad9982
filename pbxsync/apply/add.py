"""Adds one destination.

An add is sent once, except after an answer that makes it certain that the server did not act: an add that is repeated
blindly makes a twin.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pbxsync.apply.readback import columns, expected, mismatches
from pbxsync.apply.result import (
    WriteResult,
    certainly_not_executed,
    good,
    is_refusal,
    may_repeat,
    refused,
    without_a_look,
)
from pbxsync.apply.settle import settle
from pbxsync.errors import NotThere, WireError
from pbxsync.live.destinations import live_destination
from pbxsync.model.report import Outcome, Status
from pbxsync.text.sanitize import quote
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from pbxsync.apply.context import TenantState, WriteContext
    from pbxsync.model.plan import Add, Destination
    from pbxsync.pbx.managedb import Listing
    from pbxsync.pbx.shapes import Row

#: This many rows that may be the new one are named.
_NAMED: Final = 5


def add(context: WriteContext, change: Add, state: TenantState) -> WriteResult:
    """Send an add, and find out what became of it.

    A server that reports too much load may still have carried out the add. The tenant is therefore listed, and listed again
    after the pause, before the add is repeated.
    """
    attempt = 0
    while True:
        attempt += 1
        new_id: str | None = None
        error: WireError | None = None
        try:
            new_id = context.pbx.add(change.tenant, columns(change))
        except WireError as caught:
            error = caught
        state.listing = None
        result = without_a_look(context, change, error) or _settle(context, change, state, error, new_id)
        if not (certainly_not_executed(error) and result.untouched and may_repeat(context, error, attempt)):
            return result
        state.listing = None
        result = without_a_look(context, change, error) or _settle(context, change, state, error, None)
        if not result.untouched:
            return result


def _settle(
    context: WriteContext, change: Add, state: TenantState, error: WireError | None, new_id: str | None
) -> WriteResult:
    """Find out what became of an add by the id that the PBX answered, else by listing the tenant again.

    A row that reads back differently is taken for the new one only if the tenant lists it: its id is to be pinned.
    """
    result: WriteResult | None = None
    if new_id is not None and new_id not in (state.ids or ()):
        result = _read_back(context, change, new_id)
        if result is not None and result.outcome.status is not Status.FAILED:
            return result
    try:
        listing = state.listing = context.pbx.destinations(change.tenant)
        if result is not None and any(row.id == new_id for row in listing.rows):
            return result
        if not listing.doubtful:
            return replace(_find(context, change, state, error, listing), error=error)
        reason = "the PBX lists nothing at all"
    except WireError as failure:
        reason = f"the tenant could not be listed: {failure}"
    if result is not None:
        return result
    if is_refusal(error) or certainly_not_executed(error):
        return refused(change, error, untouched=False)
    return WriteResult(Outcome(change, Status.UNKNOWN, None, _after(error, reason)), error=error)


def _read_back(context: WriteContext, change: Add, new_id: str) -> WriteResult | None:
    """Read the row that the PBX says it has added; None if there is no such row."""
    try:
        return _compare(context, change, context.live.read(change.tenant, new_id), None)
    except NotThere:
        return None
    except WireError as failure:
        text = f"added as {new_id}, but it could not be read back: {failure}"
        return WriteResult(Outcome(change, Status.UNKNOWN, new_id, text))


def _find(
    context: WriteContext, change: Add, state: TenantState, error: WireError | None, listing: Listing
) -> WriteResult:
    """Find the new row in a list of the tenant."""
    planned = expected(change, None)
    name = planned.pop("name")

    def fetch(row: Row) -> Destination:
        if row.params is None or row.type_id is None:
            return context.live.read(change.tenant, row.id)
        return live_destination(row, context.live.table(change.tenant))

    def fits(stored: Destination) -> bool:
        return not mismatches(change, planned, stored, context.hide(stored))

    rows = [row for row in listing.rows if row.name == name or row.name not in state.added_names]
    settled = settle(name, state.ids or frozenset(), rows, fetch, fits)
    row = settled.ours or settled.near
    if row is not None and not settled.problem:
        return _compare(context, change, row, error)
    if row is not None:
        return WriteResult(Outcome(change, Status.FAILED, row.id, settled.problem), row)
    if is_refusal(error) and not settled.problem:
        return refused(change, error, untouched=True)
    text = _after(error, settled.problem or missing(settled.others))
    untouched = certainly_not_executed(error) and not settled.problem
    return WriteResult(Outcome(change, Status.FAILED, None, text), untouched=untouched)


def _compare(context: WriteContext, change: Add, stored: Destination, error: WireError | None) -> WriteResult:
    """Compare an added row with the plan."""
    wrong = mismatches(change, expected(change, None), stored, context.hide(stored))
    if not wrong:
        return WriteResult(Outcome(change, good(error), stored.id), stored)
    text = f"added as {stored.id}, but the PBX stored a different value"
    if any(mismatch.field == "name" for mismatch in wrong):
        text += f". Pin it with `id: {stored.id}`, or the next run adds another one"
    return WriteResult(Outcome(change, Status.FAILED, stored.id, text, wrong), stored)


def missing(others: tuple[Row, ...]) -> str:
    """Return that an add is not in the list, and which new rows may be it: the next run would add another one."""
    if not others:
        return "it is not in the tenant's list, and is not sent again in this run"
    named = first_names([f"{row.id} ({quote(row.name)})" for row in others], _NAMED)
    return (
        f"its name is not in the tenant's list, and it is not sent again in this run. New in the list: {named}. If"
        " one of these is it, stored differently, pin it with its id, or the next run adds another one"
    )


def _after(error: WireError | None, fact: str) -> str:
    return f"{error}; {fact}" if error is not None else f"the PBX accepted the write, but {fact}"
