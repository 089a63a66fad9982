"""One write from the journal line before it to the one after it: send, settle what stayed open, read back, compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pbxsync.apply.add import Adder
from pbxsync.apply.update import Updater
from pbxsync.errors import Barred, JournalError
from pbxsync.model.plan import Add

if TYPE_CHECKING:
    from pbxsync.apply.add import TenantState
    from pbxsync.apply.circuit_breaker import CircuitBreaker
    from pbxsync.apply.send import WriteResult
    from pbxsync.journal.write import Journal
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Change, Destination
    from pbxsync.model.report import Outcome
    from pbxsync.pbx.managedb import PbxWriter
    from pbxsync.redaction.redactor import Redactor

#: So many writes of a tenant in a row that what stands before the PBX refused: one may be for its text, which it dislikes.
_ENOUGH_BARRED: Final = 3


@dataclass(frozen=True)
class Writer:
    """Writes changes of one tenant after the other; `tries` bounds how often one write is sent."""

    pbx: PbxWriter
    live: LiveReader
    redactor: Redactor
    journal: Journal | None
    breaker: CircuitBreaker
    tries: int = 4

    def write(self, change: Change, was: Destination | None, known: TenantState) -> Outcome:
        """Write one change and return what became of it. Raises JournalError, before anything is sent."""
        number = self.journal.before(change) if self.journal is not None else 0
        known.listing = None
        parts = (self.pbx, self.live, self.redactor, self.breaker, self.tries)
        if isinstance(change, Add):
            end = Adder(*parts).add(change, known)
        elif was is not None:
            end = Updater(*parts).update(change, was)
        else:
            raise ValueError(f"the row that the update of {change.id} meets was not read")
        known.refusals = 0 if end.denied is None else known.refusals + 1
        if known.refusals >= (_ENOUGH_BARRED if isinstance(end.lost, Barred) else 1):
            known.refused = end.denied
        if known.ids is not None and end.outcome.id is not None:
            known.ids |= {end.outcome.id}
        self.breaker.heard(answered=end.answered)
        return self._journalled(number, end)

    def _journalled(self, number: int, end: WriteResult) -> Outcome:
        """Note the end of a write; where that fails, say so with the outcome, which stands all the same."""
        outcome = end.outcome
        if self.journal is None:
            return outcome
        live = None if end.stored is None else self.live.fingerprint(outcome.change.tenant, end.stored)
        try:
            self.journal.after(number, outcome, live, untouched=end.untouched)
        except JournalError as error:
            return replace(outcome, message=f"{outcome.message}\n{error}".strip())
        return outcome
