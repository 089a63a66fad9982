"""How one write ended, and when it may be sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.errors import Busy, Denied, NoConnection, UntrustedServer
from pbxsync.http.retry import hopeless, pause_after
from pbxsync.model.report import Outcome, Status

if TYPE_CHECKING:
    from typing import TypeGuard

    from pbxsync.apply.context import WriteContext
    from pbxsync.errors import WireError
    from pbxsync.model.plan import Change, Destination


@dataclass(frozen=True)
class WriteResult:
    """The outcome of one write, and the row as it was read back, None if it was not.

    `untouched`: it is certain that the PBX did not act. `error` is that of the last attempt to send.
    """

    outcome: Outcome
    stored: Destination | None = None
    untouched: bool = False
    error: WireError | None = None

    @property
    def answered(self) -> bool:
        """Whether the PBX can be reached."""
        return self.outcome.status is not Status.UNKNOWN and not isinstance(self.error, NoConnection)

    @property
    def refusal(self) -> str | None:
        """Why the key was refused, None if it was not, or if the write is on the PBX all the same."""
        return str(self.error) if isinstance(self.error, Denied) and not self.outcome.status.good else None


def certainly_not_executed(error: WireError | None) -> TypeGuard[WireError]:
    """Whether it is certain that the server did not act: nothing was sent, or it said that it has too much to do.

    Anything else is looked into, 403 and 404 too: a proxy may answer so although the PBX has acted.
    """
    if isinstance(error, Busy):
        return not error.open_outcome
    return isinstance(error, (NoConnection, UntrustedServer))


def is_refusal(error: WireError | None) -> TypeGuard[WireError]:
    """Whether the server says that it did not act, as far as that can be believed."""
    return isinstance(error, Denied)


def may_repeat(context: WriteContext, error: WireError, attempt: int) -> bool:
    """Wait before the next attempt, and return whether there may be one: not too many, and none once the run stops."""
    if attempt >= context.attempts or hopeless(error) or context.breaker.why() is not None:
        return False
    if not context.breaker.wait(pause_after(error, attempt, context.pbx.retry_policy.pause)):
        return False
    context.pbx.transport.counters.count(repeated=True)
    return True


def without_a_look(context: WriteContext, change: Change, error: WireError | None) -> WriteResult | None:
    """Return the result of a write for which the PBX is not asked what became of it, None if it has to be asked.

    It is not asked if the write never got there, or if the run stops while the PBX asks to be left alone.
    """
    if not certainly_not_executed(error):
        return None
    if not isinstance(error, Busy):
        return refused(change, error, untouched=True)
    return refused(change, error, untouched=False) if context.breaker.why() is not None else None


def refused(change: Change, error: WireError, *, untouched: bool) -> WriteResult:
    """Return the result of a write that was refused; `untouched`: it is certain that nothing was written."""
    text = (
        f"{error}; nothing was written" if untouched else f"{error}; could not read back whether anything was written"
    )
    return WriteResult(Outcome(change, Status.FAILED, change.id, text), untouched=untouched, error=error)


def good(error: WireError | None) -> Status:
    """Return the status of a write that reads back as planned: "found done" if its answer was lost."""
    return Status.DONE if error is None else Status.FOUND_DONE
