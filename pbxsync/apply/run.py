"""Applies a plan that was approved: tenants side by side, the changes of one tenant in their order.

The phases of each change, by the words that the docs use too:

1. hold: nothing new starts after ^C, a revoked key, a journal that cannot be written, or writes that got no answer
2. re-read: what was read a while ago is read again just before it is written
3. write: journal, send, settle, read back (write.py)
4. twins: after the adds of a tenant one list shows whether somebody added the same name meanwhile
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from pbxsync.apply.target import expected
from pbxsync.apply.write import Known, is_add
from pbxsync.errors import JournalError, NoConnection, WireError
from pbxsync.fingerprint import moved_fields
from pbxsync.inert import quoted
from pbxsync.model import Outcome, Report, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.apply.write import Writer
    from pbxsync.crew import Crew
    from pbxsync.model import Change, Destination, Plan, TenantPlan

#: What was read longer ago than this, in seconds, is read again before it is written.
FRESH_SECONDS: Final = 10.0
#: So many writes in a row without a usable answer: the PBX is gone, and to go on makes things worse.
_ENOUGH_LOST: Final = 5


@dataclass
class Halt:
    """Why nothing new may start; shared by all threads and set once. `interrupted` is set by signals."""

    interrupted: threading.Event = field(default_factory=threading.Event)
    reason: str | None = None
    lost_in_a_row: int = 0

    def why(self) -> str | None:
        """Return why nothing new may start, None where it may."""
        return "the run was interrupted" if self.interrupted.is_set() else self.reason

    def stop(self, reason: str) -> None:
        """Let nothing new start."""
        self.reason = self.reason or reason

    def count(self, outcome: Outcome) -> None:
        """Learn from the end of a write."""
        self.lost_in_a_row = self.lost_in_a_row + 1 if outcome.status is Status.UNKNOWN else 0
        if self.lost_in_a_row >= _ENOUGH_LOST:
            self.stop(f"the PBX gave no usable answer to the last {_ENOUGH_LOST} writes")


@dataclass(frozen=True)
class Applier:
    """Applies plans. `done` is told of each change that has ended."""

    writer: Writer
    crew: Crew
    halt: Halt
    done: Callable[[Outcome], None] = lambda _: None

    def apply(self, plan: Plan, tick: Callable[[], None] | None = None) -> Report:
        """Write every change of a plan and return what became of each, in the order of the plan."""
        tenants = [tenant for tenant in plan.tenants if tenant.changes]
        ended = self.crew.all(self._tenant, tenants, tick)
        outcomes = tuple(outcome for each in ended for outcome in each)
        journal = self.writer.journal
        broken = journal.broken if journal is not None else None
        return Report(outcomes, interrupted=self.halt.interrupted.is_set(), stopped=broken or self.halt.reason)

    def _tenant(self, tenant: TenantPlan) -> list[Outcome]:
        known = Known()
        ended: list[Outcome] = []
        for change in tenant.changes:
            try:
                outcome = self._change(change, tenant, known)
            except (WireError, JournalError) as error:
                outcome = self._failed(change, error)
            self.halt.count(outcome)
            self.done(outcome)
            ended.append(outcome)
        return self._without_twins(ended, tenant, known)

    def _change(self, change: Change, tenant: TenantPlan, known: Known) -> Outcome:
        """Write one change if nothing speaks against it now."""
        why = self.halt.why() or known.refused
        if why is None:
            self.writer.pbx.ready(change.tenant)
            if is_add(change):
                was, why = None, self._occupied(change, tenant, known)
            else:
                was, why = self._row(change, tenant)
        if why:
            return Outcome(change, Status.NOT_SENT, change.id, why)
        return self.writer.write(change, was, known)

    def _row(self, change: Change, tenant: TenantPlan) -> tuple[Destination | None, str]:
        """Return the row that an update meets, read again where that was a while ago, and a sentence if it moved."""
        if change.was is not None and _fresh(tenant):
            return change.was, ""
        now = self.writer.live.read(change.tenant, change.id or "")
        fields = moved_fields(change.live or "", self.writer.live.fingerprint(change.tenant, now))
        if not fields:
            return now, ""
        return now, f"somebody changed it since it was planned ({', '.join(fields)}): nothing was written; plan again"

    def _occupied(self, change: Change, tenant: TenantPlan, known: Known) -> str:
        """Learn the ids of a tenant before its first add; return a sentence where the name is not free any more."""
        if known.ids is None and _fresh(tenant):
            known.ids = tenant.live_ids
        if known.ids is None:
            known.listing = self.writer.pbx.destinations(tenant.tenant)
            if known.listing.doubtful and not tenant.doubtful_empty:
                return "the PBX lists nothing any more for this tenant: nothing was written; plan again"
            known.ids = frozenset(row.id for row in known.listing.rows)
        name = expected(change, None)["name"]
        rows = known.listing.rows if known.listing is not None else ()
        ids = [row.id for row in rows if row.name == name]
        if not ids:
            return ""
        return f"somebody added this name since it was planned (id {', '.join(ids)}): nothing was written; plan again"

    def _failed(self, change: Change, error: WireError | JournalError) -> Outcome:
        """Return the outcome of a change that was not sent because of an error; no journal, no further write."""
        if isinstance(error, JournalError):
            self.halt.stop(str(error))
        if isinstance(error, NoConnection):
            self.halt.lost_in_a_row += 1
        return Outcome(change, Status.NOT_SENT, change.id, str(error))

    def _without_twins(self, ended: list[Outcome], tenant: TenantPlan, known: Known) -> list[Outcome]:
        """Return the outcomes with each add that somebody else made too marked as failed."""
        added = {outcome.id for outcome in ended if is_add(outcome.change) and outcome.status.good}
        if not added:
            return ended
        try:
            listing = known.listing or self.writer.pbx.destinations(tenant.tenant)
        except WireError:
            return ended  # each was read back as it was to be; only whether it has a twin stays open
        twins: dict[str, list[str]] = {}
        for row in listing.rows:
            twins.setdefault(row.name, []).append(row.id)
        return [_twinned(each, twins) if each.id in added and is_add(each.change) else each for each in ended]


def _fresh(tenant: TenantPlan) -> bool:
    return tenant.read_at is not None and time.monotonic() - tenant.read_at < FRESH_SECONDS


def _twinned(outcome: Outcome, by_name: dict[str, list[str]]) -> Outcome:
    others = [each for each in by_name.get(outcome.change.name, ()) if each != outcome.id]
    if not others:
        return outcome
    text = (
        f"it was added as {outcome.id}, but {', '.join(others)} has the name {quoted(outcome.change.name)} too: somebody"
        " added it at the same time. Remove one of them, or pin both with id"
    )
    return replace(outcome, status=Status.FAILED, message=text)
