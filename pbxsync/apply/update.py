"""Updates one destination. An update may be sent again, because it is idempotent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
from pbxsync.errors import Busy, ServerFault, Unreachable, WireError
from pbxsync.kinds.custom_destination import fields_of
from pbxsync.model.report import Outcome, Status

if TYPE_CHECKING:
    from pbxsync.apply.context import WriteContext
    from pbxsync.model.plan import Destination, Update


def update(context: WriteContext, change: Update, before: Destination) -> WriteResult:
    """Send an update until it is done or cannot succeed, and read it back; `before` is the live row that it changes.

    A server that has too much to do is only asked again, and the row is read after the last attempt: a limit on replies
    may answer so although the update was stored.
    """
    attempt = 0
    while True:
        attempt += 1
        error: WireError | None = None
        try:
            context.pbx.update(change.tenant, change.id, columns(change))
        except WireError as caught:
            error = caught
        passing = isinstance(error, (Busy, ServerFault, Unreachable))
        if passing and certainly_not_executed(error) and may_repeat(context, error, attempt):
            continue
        result = without_a_look(context, change, error) or replace(
            _read_back(context, change, before, error), error=error
        )
        if not (error is not None and passing and result.untouched and may_repeat(context, error, attempt)):
            return result


def _read_back(context: WriteContext, change: Update, before: Destination, error: WireError | None) -> WriteResult:
    try:
        stored = context.live.read(change.tenant, change.id)
    except WireError as failure:
        if is_refusal(error):
            return refused(change, error, untouched=False)
        start = f"{error}; it" if error is not None else "sent, but it"
        text = f"{start} could not be read back: {failure}"
        return WriteResult(Outcome(change, Status.UNKNOWN, change.id, text))
    untouched = fields_of(stored) == fields_of(before)
    if untouched and is_refusal(error):
        return replace(refused(change, error, untouched=True), stored=stored)
    wrong = mismatches(change, expected(change, before), stored, context.hide(stored, before))
    if not wrong:
        return WriteResult(Outcome(change, good(error), change.id), stored)
    if error is None:
        fact = "did not store it" if untouched else "stored a different value"
        text = f"the PBX accepted the write but {fact}"
    else:
        text = f"{error}; {'it was not stored' if untouched else 'a different value is stored'}"
    # An accepted write may have stored again what was there: only after an error is it certain that nothing was done.
    return WriteResult(
        Outcome(change, Status.FAILED, change.id, text, wrong), stored, untouched=untouched and error is not None
    )
