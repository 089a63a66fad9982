"""One write from the journal line before it to the one after it: send, settle what stayed open, read back, compare."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pbxsync import live as livestate
from pbxsync.apply.settle import settle
from pbxsync.apply.target import columns, expected, mismatches
from pbxsync.diff import values as fields_of
from pbxsync.errors import Busy, Denied, JournalError, NoConnection, NotThere, ServerFault, Unreachable, WireError
from pbxsync.model import Action, Outcome, Status
from pbxsync.wire.retry import pause_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.apply.reading import LiveReader
    from pbxsync.journal import Journal
    from pbxsync.model import Change, Destination
    from pbxsync.wire.pbx import Listing, PbxWriter
    from pbxsync.wire.redact import Redactor
    from pbxsync.wire.rows import Row


@dataclass
class Known:
    """What is known of a tenant while it is written.

    `ids` are all live ones, ours included, None before they are needed; `listing` is the last list while it still holds;
    `refused` says why nothing more can be written to this tenant.
    """

    ids: frozenset[str] | None = None
    listing: Listing | None = None
    refused: str | None = None


@dataclass(frozen=True)
class Written:
    """The end of one write: its outcome, the row as it was read back, where it was, and a refusal of the key."""

    outcome: Outcome
    stored: Destination | None = None
    denied: Denied | None = None


@dataclass(frozen=True)
class Writer:
    """Writes changes of one tenant after the other; `tries` bounds how often one write is sent."""

    pbx: PbxWriter
    live: LiveReader
    redactor: Redactor
    journal: Journal | None
    tries: int = field(default=4)

    def write(self, change: Change, was: Destination | None, known: Known) -> Outcome:
        """Write one change and return what became of it. Raises JournalError, before anything is sent."""
        number = self.journal.before(change) if self.journal is not None else 0
        known.listing = None
        end = self._update(change, was) if was is not None else self._add(change, known)
        known.refused = str(end.denied) if end.denied is not None else None
        if end.stored is not None and end.stored.id is not None:
            known.ids = (known.ids or frozenset()) | {end.stored.id}
        return self._journalled(number, end)

    def _journalled(self, number: int, end: Written) -> Outcome:
        """Note the end of a write; where that fails, say so with the outcome, which stands all the same."""
        outcome = end.outcome
        if self.journal is None:
            return outcome
        try:
            self.journal.after(number, outcome, self._fingerprint(outcome.change.tenant, end.stored))
        except JournalError as error:
            said = f"{outcome.message}\n" if outcome.message else ""
            return replace(outcome, message=f"{said}{error}")
        return outcome

    def _fingerprint(self, tenant: str, live: Destination | None) -> str | None:
        return None if live is None else self.live.fingerprint(tenant, live)

    def _update(self, change: Change, was: Destination) -> Written:
        """Send an update until it is known what became of it: it is idempotent, so it may be repeated."""
        for tries in range(1, self.tries + 1):
            lost = self._sent(lambda: self.pbx.update(change.tenant, change.id or "", columns(change)))
            again = tries < self.tries and _may_pass(lost)
            if lost is None or lost.open_outcome:
                end, untouched = self._read_back(change, was, lost)
                again = again and untouched
            else:
                end = _refused(change, lost)
            if not again or lost is None:
                break
            self.pbx.transport.meter.count(repeated=True)
            time.sleep(pause_after(lost, tries))
        return end

    def _read_back(self, change: Change, was: Destination, lost: WireError | None) -> tuple[Written, bool]:
        """Return what an update came to, and whether the row is still exactly as it was."""
        try:
            stored = self.live.read(change.tenant, change.id or "")
        except WireError as error:
            cause = f"{lost}; and reading it back failed" if lost is not None else "sent, but reading it back failed"
            return Written(_outcome(change, Status.UNKNOWN, f"{cause}: {error}")), False
        untouched = fields_of(stored) == fields_of(was)
        wrong = mismatches(change, expected(change, was), stored, self._hide(stored, was))
        if not wrong:
            return Written(_outcome(change, _good(lost)), stored), False
        why = "the PBX answered, but nothing of it is stored" if untouched else "it reads back other than it was to be"
        text = why if lost is None else f"{lost}; {why}"
        return Written(Outcome(change, Status.FAILED, change.id, text, wrong), stored), untouched

    def _add(self, change: Change, known: Known) -> Written:
        """Send an add: once, but for answers after which it is certain that the server did not act."""
        told: list[str | None] = []
        for tries in itertools.count(1):
            lost = self._sent(lambda: told.append(self.pbx.add(change.tenant, columns(change))))
            if lost is None or lost.open_outcome:
                break
            if tries >= self.tries or not isinstance(lost, (Busy, NoConnection)):
                return _refused(change, lost)
            self.pbx.transport.meter.count(repeated=True)
            time.sleep(pause_after(lost, tries))
        return self._settled(change, known, lost, told[0] if told else None)

    def _settled(self, change: Change, known: Known, lost: WireError | None, told: str | None) -> Written:
        """Find out what an add came to: by the id that the PBX told, else by a new list of the tenant."""
        if told is not None and told not in (known.ids or ()):
            try:
                return self._compared(change, self.live.read(change.tenant, told), None)
            except NotThere:
                pass  # told wrong: the list will say
            except WireError as error:
                text = f"added as {told}, but reading it back failed: {error}"
                return Written(Outcome(change, Status.UNKNOWN, told, text))
        try:
            known.listing = self.pbx.destinations(change.tenant)
            if known.listing.doubtful:
                return Written(_outcome(change, Status.UNKNOWN, _unsettled(lost, "the PBX lists nothing at all")))
            return self._found(change, known, lost, known.listing)
        except WireError as error:
            return Written(_outcome(change, Status.UNKNOWN, _unsettled(lost, f"listing the tenant failed: {error}")))

    def _found(self, change: Change, known: Known, lost: WireError | None, listing: Listing) -> Written:
        wanted = expected(change, None)
        fields = {name: value for name, value in wanted.items() if name != "name"}

        def fetch(row: Row) -> Destination:
            whole = livestate.destination(row, self.live.table(change.tenant))
            return (
                whole if row.params is not None and row.type_id is not None else self.live.read(change.tenant, row.id)
            )

        def fits(found: Destination) -> bool:
            return not mismatches(change, fields, found, lambda *_: True)

        end = settle(wanted["name"], known.ids or frozenset(), listing.rows, fetch, fits)
        if end.ours is not None:
            return self._compared(change, end.ours, lost)
        if end.near is not None and not end.problem:
            return self._compared(change, end.near, lost)
        if end.near is not None:
            return Written(Outcome(change, Status.FAILED, end.near.id, end.problem), end.near)
        reason = end.problem or "it is not there, and is not sent again in this run"
        return Written(_outcome(change, Status.FAILED, _unsettled(lost, reason)))

    def _compared(self, change: Change, stored: Destination, lost: WireError | None) -> Written:
        """Compare an added row with what it was to be."""
        wrong = mismatches(change, expected(change, None), stored, self._hide(stored))
        if not wrong:
            return Written(Outcome(change, _good(lost), stored.id), stored)
        text = f"it was added as {stored.id}, but reads back other than it was to be"
        if any(each.field == "name" for each in wrong):
            text += f": pin it with `id: {stored.id}`, or the next run adds another one"
        return Written(Outcome(change, Status.FAILED, stored.id, text, wrong), stored)

    def _sent(self, send: Callable[[], None]) -> WireError | None:
        """Send, and return the error if that failed."""
        try:
            send()
        except WireError as error:
            return error
        return None

    def _hide(self, *rows: Destination) -> Callable[[str, str], bool]:
        """Return what must not be shown: fields that the type of any of the rows makes sensitive, and keys."""
        hidden = self.live.hidden_fields(*rows)
        return lambda name, value: name in hidden or self.redactor.finds(value)


def _refused(change: Change, error: WireError) -> Written:
    """Return the end of a write of which it is certain that the server did not act on it."""
    denied = error if isinstance(error, Denied) else None
    return Written(_outcome(change, Status.FAILED, f"{error}; nothing was written"), denied=denied)


def _may_pass(error: WireError | None) -> bool:
    return isinstance(error, (Busy, ServerFault, Unreachable)) and not isinstance(error, Denied)


def _good(lost: WireError | None) -> Status:
    return Status.DONE if lost is None else Status.FOUND_DONE


def _outcome(change: Change, status: Status, message: str = "") -> Outcome:
    return Outcome(change, status, change.id, message)


def _unsettled(lost: WireError | None, then: str) -> str:
    return f"{lost}; {then}" if lost is not None else f"the PBX answered, but {then}"


def is_add(change: Change) -> bool:
    """Whether a change adds a destination."""
    return change.action is Action.ADD
