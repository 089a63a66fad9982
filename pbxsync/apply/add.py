"""An add, until it is known what became of it.

It is sent once, but for answers after which it is certain that the server did not act: an add that is repeated blindly
makes a twin.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pbxsync.apply.readback import columns, expected, mismatches
from pbxsync.apply.send import Sender, WriteResult, certainly_not_executed, good, is_refusal, outcome, refused
from pbxsync.apply.settle import settle
from pbxsync.errors import NotThere, WireError
from pbxsync.live.destinations import live_destination
from pbxsync.model.report import Outcome, Status
from pbxsync.text.sanitize import quote
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from pbxsync.model.plan import Change, Destination
    from pbxsync.pbx.managedb import Listing
    from pbxsync.pbx.rows import Row

#: As many rows that may be ours are named.
_NAMED: Final = 5


@dataclass
class TenantState:
    """What is known of a tenant while it is written.

    `ids` are all live ones, ours included, None before they are needed, and `read_at` (monotonic seconds) is when they were
    listed; `listing` is the last list while it still holds; `refused` says why nothing more can be written to this tenant,
    and `refusals` are the writes in a row that were refused.
    `kept` are names, with the id that was to give each up and did not; `names` are those that the plan adds.
    """

    ids: frozenset[str] | None = None
    read_at: float | None = None
    listing: Listing | None = None
    refused: str | None = None
    refusals: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Adder(Sender):
    """Sends adds and reads them back."""

    def add(self, change: Change, known: TenantState) -> WriteResult:
        """Send an add, and find out what it came to.

        What said that it has too much to do may have acted all the same, as a limit on replies does: that is looked
        into before an add is repeated.
        """
        told: list[str | None] = []
        for tries in itertools.count(1):
            lost = self.sent(lambda: told.append(self.pbx.add(change.tenant, columns(change))))
            end = self._end(change, known, lost, told[0] if told else None)
            if not (certainly_not_executed(lost) and end.untouched and self.again(lost, tries)):
                break
            end = self._end(change, known, lost, None)  # once more, after the pause: it may have come late
            if not end.untouched:
                break
        return end

    def _end(self, change: Change, known: TenantState, lost: WireError | None, told: str | None) -> WriteResult:
        """Return what an add that was sent came to."""
        known.listing = None
        return self.unasked(change, lost) or replace(self._settled(change, known, lost, told), lost=lost)

    def _settled(self, change: Change, known: TenantState, lost: WireError | None, told: str | None) -> WriteResult:
        """Find out what an add came to: by the id that the PBX told, else by a new list of the tenant.

        A row that reads otherwise is only called ours, and its id one to pin, where the tenant lists it.
        """
        read = self._told(change, told) if told is not None and told not in (known.ids or ()) else None
        if read is not None and read.outcome.status is not Status.FAILED:
            return read
        try:
            known.listing = self.pbx.destinations(change.tenant)
            if read is not None and any(row.id == told for row in known.listing.rows):
                return read
            if known.listing.doubtful:
                return read or self._open(change, lost, "the PBX lists nothing at all")
            return self._found(change, known, lost, known.listing)
        except WireError as error:
            return read or self._open(change, lost, f"listing the tenant failed: {error}")

    def _told(self, change: Change, told: str) -> WriteResult | None:
        """Read back the row that the PBX says it has added; None where there is none, so that the list has to say."""
        try:
            return self._compared(change, self.live.read(change.tenant, told), None)
        except NotThere:
            return None
        except WireError as error:
            text = f"added as {told}, but reading it back failed: {error}"
            return WriteResult(Outcome(change, Status.UNKNOWN, told, text))

    def _open(self, change: Change, lost: WireError | None, why: str) -> WriteResult:
        """Return the end of an add of which nothing can be found out."""
        if is_refusal(lost) or certainly_not_executed(lost):
            return refused(change, lost, untouched=False)
        return WriteResult(outcome(change, Status.UNKNOWN, _unsettled(lost, why)))

    def _found(self, change: Change, known: TenantState, lost: WireError | None, listing: Listing) -> WriteResult:
        wanted = expected(change, None)
        fields = {name: value for name, value in wanted.items() if name != "name"}

        def fetch(row: Row) -> Destination:
            whole = live_destination(row, self.live.table(change.tenant))
            return (
                whole if row.params is not None and row.type_id is not None else self.live.read(change.tenant, row.id)
            )

        def fits(found: Destination) -> bool:
            return not mismatches(change, fields, found, self.hide(found))

        rows = [row for row in listing.rows if row.name == wanted["name"] or row.name not in known.names]
        end = settle(wanted["name"], known.ids or frozenset(), rows, fetch, fits)
        if end.near is not None and end.problem:
            return WriteResult(Outcome(change, Status.FAILED, end.near.id, end.problem), end.near)
        row = end.ours or end.near
        if row is not None:
            return self._compared(change, row, lost)
        if is_refusal(lost) and not end.problem:
            return refused(change, lost, untouched=True)
        reason = end.problem or missing(end.others)
        idle = certainly_not_executed(lost) and not end.problem
        return WriteResult(outcome(change, Status.FAILED, _unsettled(lost, reason)), untouched=idle)

    def _compared(self, change: Change, stored: Destination, lost: WireError | None) -> WriteResult:
        """Compare an added row with what it was to be."""
        wrong = mismatches(change, expected(change, None), stored, self.hide(stored))
        if not wrong:
            return WriteResult(Outcome(change, good(lost), stored.id), stored)
        text = f"it was added as {stored.id}, but reads back other than it was to be"
        if any(each.field == "name" for each in wrong):
            text += f": pin it with `id: {stored.id}`, or the next run adds another one"
        return WriteResult(Outcome(change, Status.FAILED, stored.id, text, wrong), stored)


def missing(others: tuple[Row, ...]) -> str:
    """Return that an add is not there, with what may be it all the same: the next run would add another one."""
    if not others:
        return "it is not there, and is not sent again in this run"
    some = first_names([f"{row.id} ({quote(row.name)})" for row in others], _NAMED)
    return (
        f"it is not there under its name, and is not sent again in this run. New since then: {some}. If that is it,"
        " stored otherwise than it was sent, pin it with its id, or the next run adds another one"
    )


def _unsettled(lost: WireError | None, then: str) -> str:
    return f"{lost}; {then}" if lost is not None else f"the PBX answered, but {then}"
