"""Applies a plan that was approved: tenants side by side, the changes of one tenant in their order.

The phases of each change, by the words that the docs use too:

1. hold: nothing new starts after ^C, a revoked key, a journal that cannot be written, or writes that got no answer
2. re-read: what was read a while ago is read again just before it is written
3. write: journal, send, settle, read back (write.py)
4. twins: after the adds of a tenant one list shows whether somebody added the same name meanwhile
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pbxsync.apply import send
from pbxsync.apply.add import TenantState
from pbxsync.apply.readback import expected
from pbxsync.errors import JournalError, NoConnection, WireError
from pbxsync.live.fingerprint import moved_fields
from pbxsync.model.plan import Add, Update
from pbxsync.model.report import Report, Status
from pbxsync.planning.order import name_claimed, name_released
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.apply.write import Writer
    from pbxsync.model.plan import Change, Destination, Plan, TenantPlan
    from pbxsync.model.report import Outcome
    from pbxsync.workers import WorkerPool

#: What was read longer ago than this, in seconds, is read again before it is written.
FRESH_SECONDS: Final = 10.0


@dataclass(frozen=True)
class Applier:
    """Applies plans. `done` is told of each change that has ended."""

    writer: Writer
    workers: WorkerPool
    done: Callable[[Outcome], None] = lambda _: None

    def apply(self, plan: Plan, tick: Callable[[], None] | None = None) -> Report:
        """Write every change of a plan and return what became of each, in the order of the plan."""
        tenants = [tenant for tenant in plan.tenants if tenant.changes]
        ended = self.workers.map(self._tenant, tenants, tick)
        outcomes = tuple(outcome for each in ended for outcome in each)
        journal = self.writer.journal
        broken = journal.broken if journal is not None else None
        return Report(
            outcomes, interrupted=self.writer.breaker.interrupted.is_set(), stopped=broken or self.writer.breaker.reason
        )

    def _tenant(self, tenant: TenantPlan) -> list[Outcome]:
        """Write the changes of one tenant, in their order."""
        known = TenantState(names=frozenset(change.name for change in tenant.changes if isinstance(change, Add)))
        ended: list[Outcome] = []
        for change in tenant.changes:
            outcome = self._attempt(change, tenant, known)
            name = name_released(change)
            if name is not None and isinstance(change, Update) and not outcome.status.good:
                known.kept[name] = change.id
            self.done(outcome)
            ended.append(outcome)
        return self._without_twins(ended, tenant, known)

    def _attempt(self, change: Change, tenant: TenantPlan, known: TenantState) -> Outcome:
        """Write one change, and let nothing new start after what must not happen."""
        try:
            return self._change(change, tenant, known)
        except (WireError, JournalError) as error:
            return self._failed(change, error)
        except BaseException as error:
            self.writer.breaker.stop(f"an error that nobody expected ({type(error).__name__})")
            raise

    def _change(self, change: Change, tenant: TenantPlan, known: TenantState) -> Outcome:
        """Write one change if nothing speaks against it now."""
        why = self.writer.breaker.why() or known.refused or _not_free(change, known)
        if why is None:
            self.writer.pbx.ready(change.tenant)
            if isinstance(change, Add):
                was, why = None, self._occupied(change, tenant, known)
            else:
                was, why = self._row(change, tenant)
        if why:
            return send.outcome(change, Status.NOT_SENT, why)
        return self.writer.write(change, was, known)

    def _row(self, change: Update, tenant: TenantPlan) -> tuple[Destination | None, str]:
        """Return the row that an update meets, read again where that was a while ago, and a sentence if it moved."""
        if change.was is not None and _fresh(tenant.read_at):
            return change.was, ""
        now = self.writer.live.read(change.tenant, change.id)
        fields = moved_fields(change.live, self.writer.live.fingerprint(change.tenant, now))
        if not fields:
            return now, ""
        return now, f"somebody changed it since it was planned ({', '.join(fields)}): nothing was written; plan again"

    def _occupied(self, change: Add, tenant: TenantPlan, known: TenantState) -> str:
        """Learn the ids of a tenant before an add; return a sentence where the name is not free any more."""
        if known.ids is None:
            known.ids, known.read_at = tenant.live_ids, tenant.read_at
        if not _fresh(known.read_at):
            read_at = time.monotonic()
            known.listing = self.writer.pbx.destinations(tenant.tenant)
            if known.listing.doubtful and not tenant.doubtful_empty:
                return "the PBX lists nothing any more for this tenant: nothing was written; plan again"
            # What was listed once was there before, though a list may leave it out: no id is given twice (field).
            known.ids, known.read_at = known.ids | {row.id for row in known.listing.rows}, read_at
        name = expected(change, None)["name"]
        rows = known.listing.rows if known.listing is not None else ()
        ids = [row.id for row in rows if row.name == name]
        if not ids:
            return ""
        return f"somebody added this name since it was planned (id {', '.join(ids)}): nothing was written; plan again"

    def _failed(self, change: Change, error: WireError | JournalError) -> Outcome:
        """Return the outcome of a change that was not sent because of an error; no journal, no further write."""
        if isinstance(error, JournalError):
            self.writer.breaker.stop(str(error))
        if isinstance(error, NoConnection):
            self.writer.breaker.heard(answered=False)
        return send.outcome(change, Status.NOT_SENT, str(error))

    def _without_twins(self, ended: list[Outcome], tenant: TenantPlan, known: TenantState) -> list[Outcome]:
        """Return the outcomes with each add that somebody else made too marked as failed."""
        added = {outcome.id for outcome in ended if isinstance(outcome.change, Add) and outcome.status.good}
        if not added:
            return ended
        try:
            listing = known.listing or self.writer.pbx.destinations(tenant.tenant)
        except WireError as error:
            text = f"added, but whether somebody added the same name meanwhile is not known: {error}"
            return [replace(each, message=text) if each.id in added else each for each in ended]
        twins: dict[str, list[str]] = {}
        for row in listing.rows:
            twins.setdefault(row.name, []).append(row.id)
        return [_twinned(each, twins) if each.id in added else each for each in ended]


def _fresh(read_at: float | None) -> bool:
    return read_at is not None and time.monotonic() - read_at < FRESH_SECONDS


def _not_free(change: Change, known: TenantState) -> str | None:
    """Return a sentence where a name is to be taken that another destination was to give up, and did not."""
    name = name_claimed(change)
    if name is None or name not in known.kept:
        return None
    return (
        f"the name {quote(name)} is still that of {known.kept[name]}, which could not be renamed: nothing was written,"
        " for there would be two of that name"
    )


def _twinned(outcome: Outcome, by_name: dict[str, list[str]]) -> Outcome:
    others = [each for each in by_name.get(outcome.change.name, ()) if each != outcome.id]
    if not others:
        return outcome
    text = (
        f"it was added as {outcome.id}, but {', '.join(others)} has the name {quote(outcome.change.name)} too: somebody"
        " added it at the same time. Remove one of them, or pin both with id"
    )
    return replace(outcome, status=Status.FAILED, message=text)
