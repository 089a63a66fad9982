"""A plan that puts back what an apply changed: from the journal's old values, against what is live now.

Adds stay: the API document shows no delete, so pbxsync never sends one. What someone changed since is left as it is,
unless `force` is set. Sensitive values are not in the journal, so they cannot be put back.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.errors import KeyRevoked, NotThere, WireError
from pbxsync.kinds.compare import compare
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

    from pbxsync.journal.read import JournalContent, JournalField, Write
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Destination, FieldDiff
    from pbxsync.redaction.redactor import Redactor
    from pbxsync.workers import WorkerPool


@dataclass(frozen=True, slots=True)
class RevertContext:
    """What planning a revert takes besides the journal. `redact` takes keys out of names."""

    live: LiveReader
    workers: WorkerPool
    redact: Redactor
    force: bool


@dataclass(frozen=True, slots=True)
class Reversal:
    """The plan of a revert, tenant by tenant, and a line for each thing that stays as it is.

    `blocked`: some of these could be put back, by a later run or by hand; an add could not.
    """

    tenants: tuple[TenantPlan, ...]
    left: tuple[str, ...]
    blocked: bool


@dataclass(frozen=True, slots=True)
class _Reverted:
    """What becomes of one object: its change, and a line for each field or reason for which it stays as it is."""

    change: Update | None = None
    left: tuple[str, ...] = ()


def plan_revert(journal: JournalContent, context: RevertContext) -> Reversal:
    """Return the changes that put the journal's old values back. Raises KeyRevoked.

    An object that cannot be read is named and stays as it is.
    """
    writes: dict[tuple[str, str], list[Write]] = defaultdict(list)
    left: list[str] = []
    for write in journal.writes:
        if write.action is Action.ADD:
            left += _added(write)
        elif write.id is not None and not (write.after is not None and write.after.untouched):
            writes[write.tenant, write.id].append(write)
    reverted = context.workers.map(lambda of_object: _revert(of_object, context), list(reversed(writes.values())))
    conflicts = context.live.pbx.ownership.conflicts()
    changes: dict[str, list[Update]] = defaultdict(list)
    for item in reverted:
        left += item.left
        if item.change is not None and item.change.tenant not in conflicts:
            changes[item.change.tenant].append(item.change)
    tenants = tuple(
        TenantPlan(tenant, changes=in_order(of_tenant), warnings=_twins(tenant, of_tenant, context))
        for tenant, of_tenant in sorted(changes.items())
    )
    left += conflicts.values()
    return Reversal(tenants, tuple(left), bool(conflicts) or any(item.left for item in reverted))


def _revert(writes: Sequence[Write], context: RevertContext) -> _Reverted:
    """Return what puts one object back, given its writes in their order."""
    first = writes[0]
    subject = f"{truncate(first.tenant)}: destination {first.id} ({quote(first.name)})"
    try:
        now = context.live.read(first.tenant, first.id or "")
        fingerprint = context.live.fingerprint(first.tenant, now)
    except KeyRevoked:
        raise
    except NotThere:
        return _Reverted(left=(f"{subject}: it no longer exists",))
    except WireError as error:
        return _Reverted(left=(f"{subject}: it could not be read: {error}",))
    moved = moved_fields(first.live, fingerprint)
    if not moved:
        return _Reverted()  # it is as it was before the first of the writes
    edited = _edited_since(writes, now, fingerprint, context.live)
    if edited and not context.force:
        return _Reverted(left=(f"{subject}: {edited}: left alone; --force puts the journal's values back anyway",))
    diff, notes = _diff(writes, now, moved, context)
    left = tuple(f"{subject}: {note}" for note in notes)
    if not diff:
        return _Reverted(left=left)
    after = {row.field: str(row.after) for row in diff if not isinstance(row, SecretDiff)}
    name = context.redact(after.get(NAME, now.name) or "")
    type_name = context.redact(after.get(TYPE) or str(now.type or ""))
    return _Reverted(Update(first.tenant, now.id or "", name, FROM_JOURNAL, diff, fingerprint, type_name, now), left)


def _edited_since(writes: Sequence[Write], now: Destination, fingerprint: str, live: LiveReader) -> str:
    """Return a sentence if an object is not as the last write left it, or may have left it; else nothing."""
    last = writes[-1]
    if any(key_mark(write.live or "") not in {None, live.mark(last.tenant)} for write in writes):
        return "it was journalled under another key, so whether it moved cannot be checked: provide the key used then"
    if last.after is not None and last.after.live is not None:
        moved = moved_fields(last.after.live, fingerprint)
        return f"someone changed it since ({', '.join(moved)})" if moved else ""
    # The last write has no known end. It may have stored what it was to store, and nothing else.
    values = fields_of(now)
    ours = set()
    for row in last.diff:
        value = values[row.field] or ""
        if live.secret(last.tenant, value) == row.fingerprint if row.sensitive else value == row.new:
            ours.add(row.field)
    if set(moved_fields(last.live, fingerprint)) <= ours:
        return ""
    return "the journal does not show how the write ended, and it is not as it was before"


def _diff(
    writes: Sequence[Write], now: Destination, moved: Sequence[str], context: RevertContext
) -> tuple[tuple[FieldDiff, ...], list[str]]:
    """Return the fields to put back, and a line for each that has to be put back by hand."""
    old: dict[str, JournalField] = {}
    for write in reversed(writes):
        old |= {row.field: row for row in write.diff}
    hidden = context.live.hidden_fields(now)
    current = {field: value or "" for field, value in fields_of(now).items()}
    before = {field: old[field].old for field in FIELDS if field in old and field in moved}
    notes = []
    for field in list(before):
        value = before[field]
        if old[field].sensitive or field in hidden:
            notes.append(f"{field} is sensitive: put it back by hand")
        elif context.redact.finds(current[field]):
            notes.append(f"{field} holds a key of the project: put it back by hand")
        elif value is None or (field == TYPE and whole_number(value) is None):
            notes.append("the journal does not tell which type it had: put it back by hand")
        else:
            continue
        del before[field]
    diff: list[FieldDiff] = []
    for field in compare(current, before):
        value = before[field] or ""
        if field == TYPE:
            type_ = None if now.type is None else Type(now.type.id, context.redact(str(now.type)))
            diff.append(TypeDiff(type_, Type(value, old[field].old_name or value)))
        else:
            diff.append(TextDiff(field, current[field], value, context.live.label(now, field)))
    return tuple(diff), notes


def _twins(tenant: str, changes: Sequence[Update], context: RevertContext) -> tuple[str, ...]:
    """Return a line for each old name that another destination has by now."""
    names = {name_claimed(change): change.id for change in changes if name_claimed(change) is not None}
    if not names:
        return ()
    try:
        rows = context.live.pbx.destinations(tenant).rows
    except KeyRevoked:
        raise
    except WireError as error:
        return (f"could not check whether another destination has one of the old names by now: {error}",)
    return tuple(
        f"destination {row.id} is named {quote(row.name)} by now, the old name of {names[row.name]}: two will have this"
        " name"
        for row in rows
        if row.name in names and row.id not in names.values()
    )


def _added(write: Write) -> list[str]:
    """Return the line for an add, which revert does not undo."""
    subject = f"{truncate(write.tenant)}: {quote(write.name)}"
    if write.id is not None:
        return [f"{subject} was added as {write.id} and stays: pbxsync never deletes; remove it in the portal"]
    if write.after is None or write.after.status is Status.UNKNOWN:
        return [f"{subject} may have been added: pbxsync never deletes; check, and remove it in the portal"]
    return []
