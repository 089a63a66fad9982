"""One write, from the journal line before it to the one after it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pbxsync.errors import Barred, JournalError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.apply.context import TenantState, WriteContext
    from pbxsync.apply.result import WriteResult
    from pbxsync.model.plan import Change
    from pbxsync.model.report import Outcome

#: After this many writes of a tenant in a row that a proxy or firewall refused, nothing more is written to the tenant: one
#: alone may be refused because of its text.
_ENOUGH_BARRED: Final = 3


def write(context: WriteContext, change: Change, state: TenantState, send: Callable[[], WriteResult]) -> Outcome:
    """Journal a change, send it, and journal what became of it.

    Raises JournalError before anything is sent. If only the line after it cannot be written, the outcome says so.
    """
    number = context.journal.before(change) if context.journal is not None else 0
    state.listing = None
    result = send()
    outcome = result.outcome
    state.refusals = 0 if result.refusal is None else state.refusals + 1
    if state.refusals >= (_ENOUGH_BARRED if isinstance(result.error, Barred) else 1):
        state.closed = result.refusal
    if state.ids is not None and outcome.id is not None:
        state.ids |= {outcome.id}
    context.breaker.heard(answered=result.answered)
    if context.journal is None:
        return outcome
    live = None if result.stored is None else context.live.fingerprint(change.tenant, result.stored)
    try:
        context.journal.after(number, outcome, live, untouched=result.untouched)
    except JournalError as error:
        return replace(outcome, message=f"{outcome.message}\n{error}".strip())
    return outcome
