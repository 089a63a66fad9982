"""A plan that puts back what an apply changed: from the journal's old values, against what is live now.

Adds cannot be undone: the API has no delete for custom destinations (doc). What somebody changed since is left alone,
unless that is asked for; what was sensitive is not in the journal.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.errors import KeyRevoked, NotThere, WireError
from pbxsync.kinds.custom_destination import FIELDS, NAME, TYPE, fields_of
from pbxsync.live.fingerprint import key_mark, moved_fields
from pbxsync.model.entry import Type
from pbxsync.model.plan import FROM_JOURNAL, Action, SecretDiff, TenantPlan, TextDiff, TypeDiff, Update
from pbxsync.model.report import Status
from pbxsync.planning.order import in_order, name_claimed
from pbxsync.text.numbers import whole_number
from pbxsync.text.sanitize import quote, truncate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.journal.read import Logged, Old, Write
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Destination, FieldDiff
    from pbxsync.redaction.redactor import Redactor
    from pbxsync.workers import WorkerPool


@dataclass(frozen=True, slots=True)
class Reversal:
    """The plan of a revert, tenant by tenant, and a line for each thing that it leaves alone.

    `blocked`: among these is something else than an add, which a run later or somebody by hand could put back.
    """

    tenants: tuple[TenantPlan, ...]
    left: tuple[str, ...]
    blocked: bool


@dataclass(frozen=True, slots=True)
class _Object:
    """What is to become of one object: the change, lines on what is left alone, and whether any of it could go back."""

    change: Update | None = None
    notes: tuple[str, ...] = ()
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Reverser:
    """Makes the plan of a revert. `redact` takes keys out of names; `force` overrides who came later."""

    live: LiveReader
    workers: WorkerPool
    redact: Redactor
    force: bool

    def reversal(self, logged: Logged) -> Reversal:
        """Return what puts the journal's old values back. Raises KeyRevoked.

        An object that cannot be read is left alone and named.
        """
        objects: dict[tuple[str, str], list[Write]] = defaultdict(list)
        left: list[str] = []
        for write in logged.writes:
            if write.action is Action.ADD:
                left += _add_left(write)
            elif write.id is not None and not (write.after is not None and write.after.untouched):
                objects[write.tenant, write.id].append(write)
        found = self.workers.map(self._object, list(reversed(objects.values())))
        changes: dict[str, list[Update]] = defaultdict(list)
        for each in found:
            left += each.notes
            if each.change is not None:
                changes[each.change.tenant].append(each.change)
        tenants = tuple(
            TenantPlan(tenant, changes=in_order(wanted), warnings=self._twins(tenant, wanted))
            for tenant, wanted in sorted(changes.items())
        )
        return Reversal(tenants, tuple(left), any(each.blocked for each in found))

    def _object(self, writes: list[Write]) -> _Object:
        """Return what puts one object back."""
        first = writes[0]
        where = f"{truncate(first.tenant)}: destination {first.id} ({quote(first.name)})"
        try:
            now = self.live.read(first.tenant, first.id or "")
            current = self.live.fingerprint(first.tenant, now)
        except KeyRevoked:
            raise
        except NotThere:
            return _Object(notes=(f"{where}: it is not there any more",), blocked=True)
        except WireError as error:
            return _Object(notes=(f"{where}: it cannot be read: {error}",), blocked=True)
        if not moved_fields(first.live, current):
            return _Object()  # as it was before the first of them
        moved = self._moved(writes, now, current)
        if moved and not self.force:
            text = f"{where}: {moved}: left alone; --force puts the journal's values back all the same"
            return _Object(notes=(text,), blocked=True)
        diff, notes = self._diff(writes, now, moved_fields(first.live, current))
        lines = tuple(f"{where}: {note}" for note in notes)
        return _Object(self._change(first.tenant, now, current, diff) if diff else None, lines, blocked=bool(lines))

    def _moved(self, writes: list[Write], now: Destination, current: str) -> str:
        """Return a sentence where an object is not as the last write left it, or may have left it."""
        last = writes[-1]
        known = [write.live or "" for write in writes]
        if any(key_mark(mark) not in {None, self.live.mark(last.tenant)} for mark in known):
            return "it was journalled under another key, so that nobody can tell whether it moved: give the key of then"
        left = last.after.live if last.after is not None else None
        if left is not None:
            moved = moved_fields(left, current)
            return f"somebody changed it since ({', '.join(moved)})" if moved else ""
        moved = moved_fields(last.live, current)
        ours = {row.field for row in last.diff if self._ours(row, now, last.tenant)}
        if set(moved) <= ours:
            return ""
        return "the journal does not tell what it was left as, and it is not as it was before"

    def _ours(self, row: Old, now: Destination, tenant: str) -> bool:
        """Whether a field holds what a write was to put there."""
        value = fields_of(now)[row.field] or ""
        return self.live.secret(tenant, value) == row.fingerprint if row.sensitive else value == row.new

    def _diff(
        self, writes: list[Write], now: Destination, moved: Sequence[str]
    ) -> tuple[tuple[FieldDiff, ...], list[str]]:
        """Return the fields to put back, and a line for each that cannot be."""
        old: dict[str, Old] = {}
        for write in reversed(writes):
            old |= {row.field: row for row in write.diff}
        hidden = self.live.hidden_fields(now)
        diff, notes = [], []
        for field in (field for field in FIELDS if field in old and field in moved):
            row, value = old[field], fields_of(now)[field] or ""
            if row.sensitive or field in hidden:
                notes.append(f"{field} is sensitive: put it back by hand")
            elif self.redact.finds(value):
                notes.append(f"{field} holds a key of the project: put it back by hand")
            elif row.old is None or (field == TYPE and whole_number(row.old) is None):
                notes.append("nobody knows which type it had: put it back by hand")
            elif row.old != value:
                diff.append(self._field(row.field, row.old, row.old_name, now))
        return tuple(diff), notes

    def _field(self, field: str, old: str, old_name: str | None, now: Destination) -> FieldDiff:
        if field == TYPE:
            kind = now.type
            before = None if kind is None else Type(kind.id, self.redact(str(kind)))
            return TypeDiff(before, Type(old, old_name or old))
        return TextDiff(field, fields_of(now)[field] or "", old, self.live.label(now, field))

    def _change(self, tenant: str, now: Destination, current: str, diff: tuple[FieldDiff, ...]) -> Update:
        after = {row.field: str(row.after) for row in diff if not isinstance(row, SecretDiff)}
        name = self.redact(after.get(NAME, now.name) or "")
        kind = self.redact(after.get(TYPE) or str(now.type or ""))
        return Update(tenant, now.id or "", name, FROM_JOURNAL, diff, current, kind, now)

    def _twins(self, tenant: str, changes: list[Update]) -> tuple[str, ...]:
        """Return a line for each old name that another one has by now, as may have been so before."""
        names = {name_claimed(change): change.id for change in changes if name_claimed(change) is not None}
        if not names:
            return ()
        try:
            rows = self.live.pbx.destinations(tenant).rows
        except KeyRevoked:
            raise
        except WireError as error:
            return (f"cannot be listed, so that nobody knows whether an old name has another one by now: {error}",)
        return tuple(
            f"destination {row.id} is named {quote(row.name)} by now, the old name of {names[row.name]}: there will be"
            " two of that name"
            for row in rows
            if row.name in names and row.id not in names.values()
        )


def _add_left(write: Write) -> list[str]:
    """Return the line for an add, which the API cannot undo."""
    where = f"{truncate(write.tenant)}: {quote(write.name)}"
    if write.id is not None:
        return [f"{where} was added as {write.id}: the API cannot delete it; remove it by hand if it is to go"]
    if write.after is None or write.after.status is Status.UNKNOWN:
        return [f"{where} may have been added: look for it, the API cannot delete it"]
    return []
