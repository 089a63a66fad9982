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

#: After this many refused writes in a row nothing more is written to a tenant. One alone may be refused for its content, by
#: the PBX or by a firewall in front of it.
_ENOUGH_REFUSED: Final = 3


def write(context: WriteContext, change: Change, state: TenantState, send: Callable[[], WriteResult]) -> Outcome:
    """Journal a change, send it, and journal what became of it.

    Raises JournalError before anything is sent. If only the line after it cannot be written, the outcome says so.
    """
    number = context.journal.before(change) if context.journal is not None else 0
    state.listing = None
    result = send()
    outcome = result.outcome
    state.refusals = 0 if result.refusal is None else state.refusals + 1
    if state.refusals >= _ENOUGH_REFUSED:
        state.closed = f"the last {_ENOUGH_REFUSED} writes to this tenant were refused ({result.refusal})"
    elif state.refusals and not isinstance(result.error, Barred) and not context.pbx.has_written(change.tenant):
        state.closed = result.refusal  # no write was accepted with this key yet: it may not write at all
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
