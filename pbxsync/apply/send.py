"""What adds and updates share: how a write is sent, when it may be repeated, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.errors import Busy, Denied, NoConnection, UntrustedServer, WireError
from pbxsync.http.retry import hopeless, pause_after
from pbxsync.model.report import Outcome, Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeGuard

    from pbxsync.apply.circuit_breaker import CircuitBreaker
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Change, Destination
    from pbxsync.pbx.managedb import PbxWriter
    from pbxsync.redaction.redactor import Redactor


@dataclass(frozen=True)
class WriteResult:
    """The end of one write: its outcome, and the row as it was read back, None where it was not.

    `untouched`: it is certain that the PBX did not act. `denied` is a refusal of the key, `lost` the last error of sending.
    """

    outcome: Outcome
    stored: Destination | None = None
    untouched: bool = False
    lost: WireError | None = None

    @property
    def answered(self) -> bool:
        """Whether the PBX is there."""
        return self.outcome.status is not Status.UNKNOWN and not isinstance(self.lost, NoConnection)

    @property
    def denied(self) -> str | None:
        """Why nothing more can be written to this tenant, None where more can."""
        return str(self.lost) if isinstance(self.lost, Denied) and not self.outcome.status.good else None


@dataclass(frozen=True)
class Sender:
    """Sends writes; `tries` bounds how often one of them is sent."""

    pbx: PbxWriter
    live: LiveReader
    redactor: Redactor
    breaker: CircuitBreaker
    tries: int

    def sent(self, send: Callable[[], None]) -> WireError | None:
        """Send, and return the error if that failed."""
        try:
            send()
        except WireError as error:
            return error
        return None

    def again(self, lost: WireError | None, tries: int) -> bool:
        """Wait before a write is repeated, and return whether it may be: not often, and not once the run halts."""
        if lost is None or tries >= self.tries or hopeless(lost) or self.breaker.why() is not None:
            return False
        if not self.breaker.wait(pause_after(lost, tries, self.pbx.retry_policy.pause)):
            return False
        self.pbx.transport.counters.count(repeated=True)
        return True

    def unasked(self, change: Change, lost: WireError | None) -> WriteResult | None:
        """Return the end of a write of which the PBX is not asked what became of it, None where it is.

        That is one that surely never got there, and one of a run that halts while the PBX wants to be left alone.
        """
        if not certainly_not_executed(lost):
            return None
        if not isinstance(lost, Busy):
            return refused(change, lost, untouched=True)
        return refused(change, lost, untouched=False) if self.breaker.why() is not None else None

    def hide(self, *rows: Destination) -> Callable[[str, str], bool]:
        """Return what must not be shown: fields that the type of any of the rows makes sensitive, and keys."""
        hidden = self.live.hidden_fields(*rows)
        return lambda name, value: name in hidden or self.redactor.finds(value)


def certainly_not_executed(lost: WireError | None) -> TypeGuard[WireError]:
    """Whether it is certain that the server did not act: nothing was sent, or it said that it has too much to do.

    All else is looked into, a 403 or 404 too: what stands before the PBX may say such things of what went through.
    """
    if isinstance(lost, Busy):
        return not lost.open_outcome
    return isinstance(lost, (NoConnection, UntrustedServer))


def is_refusal(lost: WireError | None) -> TypeGuard[WireError]:
    """Whether an error says that the server did not act, as far as one can believe it."""
    return isinstance(lost, Denied)


def refused(change: Change, lost: WireError, *, untouched: bool) -> WriteResult:
    """Return the end of a write that was refused; `untouched` where it is certain that nothing came of it."""
    text = f"{lost}; nothing was written" if untouched else f"{lost}; whether anything was written could not be read"
    return WriteResult(outcome(change, Status.FAILED, text), untouched=untouched, lost=lost)


def outcome(change: Change, status: Status, message: str = "") -> Outcome:
    """Return an outcome under the id that the change has."""
    return Outcome(change, status, change.id, message)


def good(lost: WireError | None) -> Status:
    """Return the status of what reads back as it was to be."""
    return Status.DONE if lost is None else Status.FOUND_DONE
