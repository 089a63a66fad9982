"""An update, until it is known what became of it. It is idempotent, so it may be repeated."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pbxsync.apply.readback import columns, expected, mismatches
from pbxsync.apply.send import Sender, WriteResult, certainly_not_executed, good, is_refusal, outcome, refused
from pbxsync.errors import Busy, ServerFault, Unreachable, WireError
from pbxsync.kinds.custom_destination import fields_of
from pbxsync.model.report import Outcome, Status

if TYPE_CHECKING:
    from pbxsync.model.plan import Destination, Update


@dataclass(frozen=True)
class Updater(Sender):
    """Sends updates and reads them back."""

    def update(self, change: Update, was: Destination) -> WriteResult:
        """Send an update until it is done, or it is known why not; `was` is the row that it meets.

        What said to the last that it has too much to do may have acted all the same, as a limit on replies does.
        """
        for tries in itertools.count(1):
            lost = self.sent(lambda: self.pbx.update(change.tenant, change.id, columns(change)))
            passing = _may_pass(lost)
            if passing and certainly_not_executed(lost) and self.again(lost, tries):
                continue
            end = self.unasked(change, lost) or replace(self._read_back(change, was, lost), lost=lost)
            if not (passing and end.untouched and self.again(lost, tries)):
                break
        return end

    def _read_back(self, change: Update, was: Destination, lost: WireError | None) -> WriteResult:
        """Return what an update came to."""
        try:
            stored = self.live.read(change.tenant, change.id)
        except WireError as error:
            if is_refusal(lost):
                return refused(change, lost, untouched=False)
            cause = f"{lost}; and reading it back failed" if lost is not None else "sent, but reading it back failed"
            return WriteResult(outcome(change, Status.UNKNOWN, f"{cause}: {error}"))
        untouched = fields_of(stored) == fields_of(was)
        if untouched and is_refusal(lost):
            return replace(refused(change, lost, untouched=True), stored=stored)
        wrong = mismatches(change, expected(change, was), stored, self.hide(stored, was))
        if not wrong:
            return WriteResult(outcome(change, good(lost)), stored)
        why = "nothing of it is stored" if untouched else "it reads back other than it was to be"
        text = f"the PBX answered, but {why}" if lost is None else f"{lost}; {why}"
        # What was answered for well may have stored again what was there.
        return WriteResult(
            Outcome(change, Status.FAILED, change.id, text, wrong), stored, untouched and lost is not None
        )


def _may_pass(lost: WireError | None) -> bool:
    return isinstance(lost, (Busy, ServerFault, Unreachable))
