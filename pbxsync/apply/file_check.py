"""Compares a saved plan with what the tenant files at hand ask for, before anything is written.

So a plan from an outdated branch, or a forged one, cannot write anything that no reviewed file says. If the files ask for
more than the plan contains, that does not matter. A plan holds only the fingerprints of sensitive params, so their values
are looked up again here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from pbxsync.errors import PlanError
from pbxsync.kinds.custom_destination import FIELDS, POSITIONS, fields_of, is_id, label_of, position_of
from pbxsync.live.fingerprint import key_mark
from pbxsync.model.entry import Secret
from pbxsync.model.plan import FROM_JOURNAL, Add, SecretDiff, TypeDiff
from pbxsync.planning.resolve import REFUSALS, resolve
from pbxsync.planning.since import ByReference
from pbxsync.text.sanitize import quote, quote_full, sanitize, truncate
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pbxsync.live.reader import LiveReader
    from pbxsync.live.types import TypeTable
    from pbxsync.model.entry import Entry
    from pbxsync.model.plan import Change, FieldDiff, Plan, TenantPlan, Update
    from pbxsync.pbx.managedb import Listing
    from pbxsync.planning.resolve import Resolved

#: So many tenants are named.
_NAMED = 5


def check_without_files(plan: Plan) -> None:
    """Raise PlanError if the plan cannot be applied without the tenant files: it lacks the values of sensitive params."""
    tenants = [
        tenant.tenant
        for tenant in plan.tenants
        if any(isinstance(row, SecretDiff) for change in tenant.changes for row in change.diff)
    ]
    if tenants:
        raise PlanError(
            f"the saved plan sets sensitive params ({_some(tenants)}), whose values are only in the tenant files and their"
            " variables: apply it without --without-files"
        )


def check_from_files(plan: Plan) -> None:
    """Raise PlanError if the plan was made by a revert: the tenant files do not ask for what it writes."""
    tenants = [
        tenant.tenant for tenant in plan.tenants if any(change.source == FROM_JOURNAL for change in tenant.changes)
    ]
    if tenants:
        raise PlanError(
            f"the saved plan was made by `pbxsync revert` ({_some(tenants)}), so the tenant files do not ask for what it"
            " writes: apply it with --without-files, and correct the files, or the next apply undoes it"
        )


@dataclass(frozen=True)
class FileCheck:
    """What a saved plan is compared with. `entries(tenant)` are those of the tenant files at hand."""

    entries: Callable[[str], Sequence[Entry]]

    def __call__(
        self, live: LiveReader, tenant: TenantPlan, listing: Listing | None
    ) -> tuple[TenantPlan, tuple[str, ...]]:
        """Return a tenant's plan with its sensitive values, and a line for each thing that the files do not ask for.

        The live rows of the updates must be filled in. `listing` is needed for adds and for renames. Raises a WireError.
        """
        entries = self.entries(tenant.tenant)
        unpinned = [entry for entry in entries if entry.id is None]
        rows = () if listing is None else listing.rows
        ids: dict[str | None, list[str]] = defaultdict(list)
        for row in rows:
            ids[row.name].append(row.id)
        files = _TenantFiles(
            by_id={entry.id: entry for entry in entries if entry.id is not None},
            by_name={entry.name: entry for entry in unpinned},
            by_old_name={entry.renamed_from: entry for entry in unpinned if entry.renamed_from is not None},
            ids=ids,
            type_ids=frozenset(row.type_id for row in rows),
        )
        problems: list[str] = []
        changes = tuple(_check(change, files, live, problems) for change in tenant.changes)
        return replace(tenant, changes=changes), tuple(problems)


class _TenantFiles(NamedTuple):
    """The entries of one tenant, those without an id by name, and the live ids of each name and of types."""

    by_id: Mapping[str | None, Entry]
    by_name: Mapping[str | None, Entry]
    by_old_name: Mapping[str | None, Entry]
    ids: Mapping[str | None, Sequence[str]]
    type_ids: frozenset[str | None]


def _check(change: Change, files: _TenantFiles, live: LiveReader, problems: list[str]) -> Change:
    """Return a change with its sensitive values. Adds a line to `problems` for each thing that no file asks for."""
    was = None if isinstance(change, Add) else change.was
    entry = _entry_of_add(change, files) if isinstance(change, Add) else _entry_of_update(change, files)
    if isinstance(entry, str):
        problems.append(entry)
        return change
    types = _types(entry, live)
    if was is not None and was.type is not None:
        was = was._replace(type=types.live(was.type.id, was.type.name))
    type_ids = files.type_ids | {row.new_value for row in change.diff if isinstance(row, TypeDiff)}
    # The variables of sensitive params need to be set only if the plan writes such a param.
    has_secrets = any(isinstance(row, SecretDiff) for row in change.diff)
    start = f"{truncate(change.tenant)}: {quote(change.name)}"
    try:
        resolved = resolve(entry, was, types, type_ids, live.rules if has_secrets else ByReference(live.rules))
    except REFUSALS as error:
        problems.append(f"{start}: {error}")
        return change
    diff: list[FieldDiff] = []
    for row in change.diff:
        if isinstance(row, SecretDiff):
            value = fields_of(resolved.destination)[row.field]
            problem = _secret_difference(row, value, change.tenant, live)
            problems += [f"{start}: {problem}"] if problem else []
            diff.append(row if value is None else replace(row, secret=Secret(value)))
        else:
            problems += _difference(row, resolved)
            diff.append(row)
    if isinstance(change, Add):
        problems += _left_out(change, resolved)
    return replace(change, diff=tuple(diff))


def _types(entry: Entry, live: LiveReader) -> TypeTable:
    """Return the types of the PBX, fetched only if the entry gives a name or a label. Raises a WireError."""
    by_number = entry.type is None or is_id(entry.type)
    if by_number and all(param.key in POSITIONS for param in entry.params):
        return live.table(entry.tenant)
    return live.types.table(entry.tenant, () if entry.type is None else (entry.type,))


def _entry_of_add(change: Add, files: _TenantFiles) -> Entry | str:
    """Return the entry that asks for an add, matched as a plan matches it. Without one, return a line that says so."""
    entry = files.by_name.get(change.name)
    if entry is None:
        tenant = truncate(change.tenant)
        return f"{tenant}: no tenant file asks for {quote(change.name)}, which the plan would add: plan again"
    old = files.ids.get(entry.renamed_from)
    if old is None:
        return entry
    place = entry.place.source
    return f"{place} renames destination {', '.join(old)} to {quote(change.name)}, the plan would add it: plan again"


def _entry_of_update(change: Update, files: _TenantFiles) -> Entry | str:
    """Return the entry that asks for an update, matched as a plan matches it. Without one, return a line that says so."""
    name = change.name if change.was is None else change.was.name
    entry = files.by_id.get(change.id) or files.by_name.get(name)
    if entry is not None:
        return entry
    entry = files.by_old_name.get(name)
    if entry is None:
        return (
            f"{truncate(change.tenant)}: no tenant file asks for destination {change.id} ({quote(name or '')}), which the"
            " plan would change: plan again"
        )
    others = files.ids.get(entry.name)
    if others is None:
        return entry
    return (
        f"{entry.place.source} is about destination {', '.join(others)}, which has the name"
        f" {quote(str(entry.name))} already, the plan would change {change.id}: plan again"
    )


def _secret_difference(row: SecretDiff, value: str | None, tenant: str, live: LiveReader) -> str:
    """Return why the value of a sensitive field is not the planned one; empty if it is."""
    field = sanitize(row.label or row.field)
    if value is None:
        return f"{field}: no tenant file gives its value any more"
    if key_mark(row.fingerprint) != live.mark(tenant):
        return f"{field}: planned with another key: give apply that read key too"
    if live.secret(tenant, value) != row.fingerprint:
        return f"{field}: its value is not the planned one"
    return ""


def _difference(row: FieldDiff, resolved: Resolved) -> list[str]:
    """Return a line if a field is not what the entry asks for, else nothing."""
    asked = fields_of(resolved.destination)[row.field]
    place, label = _place(row.field, resolved), sanitize(row.label or row.field)
    if position_of(row.field) in resolved.hidden:
        return [f"{place}: {label} is sensitive, and the plan was made when it was not: plan again"]
    if asked == row.new_value:
        return []
    planned = quote_full(row.new_value)
    if isinstance(row, TypeDiff):
        planned = f"{quote_full(str(row.after))} ({sanitize(row.after.id)})"
    if asked is None:
        return [f"{place} leaves {label} as it is, the plan would write {planned}: plan again"]
    if isinstance(row, TypeDiff):
        type_ = resolved.destination.type
        return [
            f'{place} says "{sanitize(str(type_))}" ({sanitize(asked)}), the plan would write {planned}: plan again'
        ]
    return [f"{place} says {quote_full(asked)}, the plan would write {planned}: plan again"]


def _left_out(change: Add, resolved: Resolved) -> list[str]:
    """Return a line for each field that an add leaves out although the entry gives it."""
    asked, planned = fields_of(resolved.destination), {row.field for row in change.diff}
    lines = []
    for field in FIELDS:
        value = asked[field]
        if value and field not in planned:
            shown = "(sensitive)" if position_of(field) in resolved.hidden else quote_full(value)
            label, place = sanitize(label_of(field, resolved.labels) or field), _place(field, resolved)
            lines.append(f"{place} says {shown}, the plan would leave {label} out: plan again")
    return lines


def _place(field: str, resolved: Resolved) -> str:
    """Return the file and line that give a field: those of the param, else of the destination."""
    entry, position = resolved.entry, position_of(field)
    keys = set() if position is None else {str(position), label_of(field, resolved.labels)}
    return next((param.place for param in entry.params if param.key in keys), entry.place).source


def _some(tenants: Sequence[str]) -> str:
    return first_names([truncate(tenant) for tenant in tenants], _NAMED, "tenant")
