"""The plan of one tenant, and of all of them: what apply would do, as frozen values."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from pbxsync import __version__
from pbxsync.clock import now
from pbxsync.errors import Denied, KeyRevoked, LiveError, MatchError, NotThere, PbxsyncError, Unrecognised
from pbxsync.kinds.custom_destination import NAME, PARAMS, TYPE, fields_of, is_id, label_of, position_of
from pbxsync.live.destinations import live_destinations
from pbxsync.live.fingerprint import Fingerprinter
from pbxsync.live.types import NoSuchType, TypeTable
from pbxsync.model.entry import Secret, Type
from pbxsync.model.plan import Add, Drift, Left, Plan, SecretDiff, TenantPlan, TextDiff, TypeDiff, Unmanaged, Update
from pbxsync.planning.case_twins import double_adds
from pbxsync.planning.diff import changed_fields, filled
from pbxsync.planning.match import look_alike_fault, look_alikes, match, shared_fault
from pbxsync.planning.order import in_order
from pbxsync.planning.resolve import REFUSALS, resolve
from pbxsync.planning.since import Baseline, asked_of, is_same, with_hand_edits
from pbxsync.text.lookalike import look_alike_key
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from pbxsync.live.types import TypeRules, TypeSource
    from pbxsync.model.entry import Entry
    from pbxsync.model.plan import Change, Destination, FieldDiff
    from pbxsync.pbx.managedb import Listing, PbxReader
    from pbxsync.pbx.shapes import Row
    from pbxsync.planning.match import LookAlikes
    from pbxsync.planning.resolve import Resolved
    from pbxsync.redaction.redactor import Redactor
    from pbxsync.workers import Progress, WorkerPool


#: Rows that are fetched to compare whose they are: all but one may be shared.
_MOST_COMPARED: Final = 3


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How far planning goes: `unmanaged` lists these rows; `relist_before_add` lists a tenant twice before an add.

    A plan that is only shown needs one list a tenant. A saved one is checked against a new list when it is applied. One
    that is applied at once has nothing between it and its adds, so it lists twice.
    """

    unmanaged: bool = False
    relist_before_add: bool = False


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What planning a tenant takes besides its entries. `key_for(tenant)` is the key that fingerprints are made with."""

    pbx: PbxReader
    workers: WorkerPool
    types: TypeSource
    rules: TypeRules
    key_for: Callable[[str], Secret]
    redactor: Redactor
    options: PlanOptions = PlanOptions()
    #: For the plan of a git change: the entries that a tenant had at its base, and the project's rules there.
    base: Callable[[str], Sequence[Entry]] | None = None
    base_rules: TypeRules | None = None


def plan_fleet(
    url: str,
    tenants: Sequence[str],
    entries: Callable[[str], Sequence[Entry]],
    context: PlanContext,
    progress: Progress,
) -> Plan:
    """Return the plan of these tenants; a tenant that fails is in it with its error, and the others go on."""

    def plan(tenant: str) -> TenantPlan:
        try:
            return plan_tenant(tenant, entries(tenant), context)
        except PbxsyncError as error:
            return TenantPlan(tenant, error=context.redactor(str(error)))

    def plan_first(tenant: str) -> TenantPlan:
        planned = plan(tenant)
        progress.done()
        return planned

    plans = dict(zip(tenants, context.workers.map(plan_first, tenants, progress.tick), strict=True))
    # Whose some of the rows are may show only in the lists of all tenants together.
    again = [tenant for tenant in context.pbx.ownership.settle() if tenant in plans]
    plans |= dict(zip(again, context.workers.map(plan, again, progress.tick), strict=True))
    conflicts = (*context.pbx.ownership.conflicts().items(), *double_adds(plans.values()).items())
    for tenant, conflict in ((tenant, conflict) for tenant, conflict in conflicts if tenant in plans):
        error = plans[tenant].error
        plans[tenant] = TenantPlan(tenant, error=conflict if error is None else f"{error}\n{conflict}")
    return Plan(url, now(), __version__, tuple(plans[tenant] for tenant in tenants))


def plan_tenant(tenant: str, entries: Sequence[Entry], context: PlanContext) -> TenantPlan:
    """Return the plan of one tenant. Raises a PbxsyncError.

    1. List the live destinations, by id and name.
    2. Match each entry of the files with one of them. Right before an apply, list again if one seems to be missing.
    3. Get the params of the matched ones, if the list is without.
    4. Resolve types, labels and variables into desired destinations.
    5. Diff them, field by field. Of a git change, plan the fields that it touches; what else differs is drift.
    """
    # 1. List
    read_at = time.monotonic()
    listing = context.pbx.destinations(tenant)
    doubt = [_doubt(tenant)] if listing.doubtful else []
    # 2. Match
    try:
        live_names, shared_names = ([(row.id, row.name) for row in rows] for rows in (listing.rows, listing.shared))
        matching = match(entries, live_names, shared_names)
    except MatchError as error:
        raise MatchError("\n".join([str(error), *doubt])) from None
    if context.options.relist_before_add and any(object_id is None for _, object_id in matching.pairs):
        _relist(tenant, listing, context.pbx)
    # 3. Get
    types = _types(tenant, entries, listing, context)
    matched = {object_id for _, object_id in matching.pairs}
    rows = [row for row in listing.rows if row.id in matched]
    unmanaged = [row for row in listing.rows if row.id not in matched]
    live = live_destinations(context.pbx, context.workers, tenant, rows, types)
    shared = [*listing.shared, *(row for row in rows if row.id not in live)]
    # 4. Resolve
    type_ids = {row.type_id for row in listing.rows} | {was.type.id for was in live.values() if was.type is not None}
    fingerprinter = cache(lambda: Fingerprinter(context.key_for(tenant)))
    baseline = None if context.base is None else Baseline(context.base(tenant), entries)
    rules = (context.base_rules or context.rules, context.rules)
    changes: list[Change] = []
    drift: list[Drift] = []
    unchanged = 0
    faults: list[PbxsyncError] = []
    alike = look_alikes(matching, live_names)
    for entry, object_id in matching.pairs:
        before = None if baseline is None else baseline.of(entry)
        if object_id is None and before is not None and is_same(before, entry):
            drift.append(Drift(context.redactor(entry.name or ""), None, entry.place.source))
            continue
        try:
            was = _live_of(entry, object_id, live, shared, alike)
            resolved = resolve(entry, was, types, type_ids, context.rules)
            asked = asked_of(before, resolved, was, types, type_ids, rules)
            # 5. Diff
            change = _change(asked.planned, was, fingerprinter, context)
            if isinstance(change, Add):
                beside = alike.managed.get(look_alike_key(change.name), ())
                change = replace(change, beside=tuple(other for other, _ in beside))
            changes += [] if change is None else [with_hand_edits(change, asked.base)]
            kept = None if asked.untouched is None else _change(asked.untouched, was, fingerprinter, context)
            drift += [] if kept is None else [Drift(kept.name, kept.id, kept.source, kept.diff)]
            unchanged += change is None and kept is None
        except REFUSALS as error:
            faults.append(error)
    if faults:
        raise MatchError("\n".join([*_sentences(faults), *doubt]))
    any_adds = any(isinstance(change, Add) for change in changes)
    if not all(isinstance(change, Add) for change in changes) and context.pbx.ownership.rests_on_one(tenant):
        _compare_owner(tenant, unmanaged, context.pbx)
    return TenantPlan(
        tenant,
        changes=in_order(changes),
        unchanged=unchanged,
        unmanaged_count=len(unmanaged),
        unmanaged=_listed(unmanaged, types, context.redactor) if context.options.unmanaged else (),
        shared_count=len(shared),
        shared=_listed(shared, types, context.redactor) if context.options.unmanaged else (),
        warnings=tuple(context.redactor(text) for text in (*matching.warnings, *doubt)),
        doubtful_empty=listing.doubtful,
        drift=tuple(drift),
        left=() if baseline is None else tuple(_left(entry, context.redactor) for entry in baseline.left),
        live_ids=frozenset(row.id for row in listing.rows) if any_adds else frozenset(),
        read_at=read_at if changes else None,
    )


def _sentences(faults: Iterable[PbxsyncError]) -> Iterator[str]:
    """Yield one sentence for each fault, and only one for each type that the PBX does not have, at its first place."""
    equal: dict[str, list[PbxsyncError]] = defaultdict(list)
    for fault in faults:
        equal[fault.message if isinstance(fault, NoSuchType) else str(fault)].append(fault)
    for first, *others in equal.values():
        yield f"{first} ({plural(len(others) + 1, 'destination')})" if others else str(first)


def _types(tenant: str, entries: Sequence[Entry], listing: Listing, context: PlanContext) -> TypeTable:
    """Return the types of the PBX. Raises a WireError.

    If it does not list them, an empty table is enough for entries and live rows that give their types by number. But not if
    the project has sensitive params, which it declares for the names of types.
    """
    named = {entry.type for entry in entries if entry.type is not None}
    try:
        return context.types.table(tenant, named)
    except KeyRevoked:
        raise
    except (Denied, Unrecognised):
        numbered = all(map(is_id, named)) and all(row.type_id is not None for row in listing.rows)
        if numbered and not context.rules.sensitive(None):
            return TypeTable(())
        raise


def _live_of(
    entry: Entry,
    object_id: str | None,
    live: Mapping[str, Destination],
    shared: Sequence[Row],
    alike: LookAlikes,
) -> Destination | None:
    """Return the live destination of an entry, None for an add. Raises MatchError for a shared one or a look-alike."""
    if object_id is not None and object_id not in live:
        raise MatchError(shared_fault(entry, object_id, next(row.name for row in shared if row.id == object_id)))
    if object_id is not None:
        return live[object_id]
    if look_alike := alike.unmanaged.get(look_alike_key(entry.name or "")):
        raise MatchError(look_alike_fault(entry, look_alike))
    return None


def _relist(tenant: str, listing: Listing, pbx: PbxReader) -> None:
    """List again. Raises LiveError if the lists differ: an add made because a row was missing cannot be taken back."""
    if listing.doubtful:
        return  # that was listed twice already
    # Both with the shared rows: what another tenant's list tells in between may turn out that a row is shared.
    lists = (listing, pbx.destinations(tenant))
    first, second = ({(row.id, row.name) for row in (*rows.rows, *rows.shared)} for rows in lists)
    if first != second:
        ids = ", ".join(sorted({object_id for object_id, _ in first ^ second}, key=int)[:5])
        raise LiveError(
            f"{sanitize(tenant)} changed between two reads ({ids}): someone is editing it, or the server is faulty; run"
            " again"
        )


def _change(
    resolved: Resolved, live: Destination | None, fingerprinter: Callable[[], Fingerprinter], context: PlanContext
) -> Change | None:
    """Return the change that makes a destination what the files want, None if it is that already. Raises MatchError."""
    desired, entry, redact = resolved.destination, resolved.entry, context.redactor
    if live is None:
        after = desired
        fields = (NAME, TYPE, *(param for param, value in zip(PARAMS, desired.params, strict=True) if value))
    else:
        fields = changed_fields(live, desired)
        if not fields:
            return None
        after = filled(desired, live)
    old_values = {} if live is None else fields_of(live)
    new_values = fields_of(after)
    diff: list[FieldDiff] = []
    for field in fields:
        old, new, label = old_values.get(field), new_values[field] or "", label_of(field, resolved.labels)
        if field == TYPE and after.type is not None:
            # The names are for people. The PBX may have put a key into the old one.
            old_type = None if live is None or live.type is None else Type(live.type.id, redact(str(live.type)))
            new = str(after.type)
            diff.append(TypeDiff(old_type, Type(after.type.id, new)))
        elif position_of(field) in resolved.hidden or redact.finds(old or ""):
            reference = resolved.references.get(position_of(field) or 0)
            diff.append(SecretDiff(field, fingerprinter().secret(new), label, Secret(new), reference))
        else:
            diff.append(TextDiff(field, old, new, label))
        if redact.finds(new):
            raise MatchError(
                f"{entry.place}: {field} contains one of the project's keys, which could then be neither shown nor"
                " journalled: remove the key"
            )
    name, type_name, source = redact(after.name or ""), redact(str(after.type or "")), entry.place.source
    if live is None:
        return Add(entry.tenant, name, source, tuple(diff), type_name)
    fingerprint = fingerprinter().row(live, context.rules.sensitive(live.type))
    return Update(entry.tenant, live.id or "", name, source, tuple(diff), fingerprint, type_name, live)


def _left(entry: Entry, redact: Redactor) -> Left:
    return Left(redact(entry.name or ""), entry.id, entry.place.source)


def _compare_owner(tenant: str, others: Sequence[Row], pbx: PbxReader) -> None:
    """Fetch another row. Raises LiveError if it is of another tenant than the one row that is to be updated.

    Only a get tells whose a row is (field), and a row that alone told it may be shared.
    """
    for listed in others[:_MOST_COMPARED]:
        with suppress(NotThere):
            pbx.destination(tenant, listed.id)
        if not pbx.ownership.agrees(tenant):
            raise LiveError(
                f"the destinations of {sanitize(tenant)} belong to several tenants of the PBX (that of {listed.id} has"
                " another cu_te_id), so some are shared. Which ones cannot be told: nothing is written"
            )
        if not pbx.ownership.rests_on_one(tenant):
            return


def _listed(rows: Sequence[Row], types: TypeTable, redact: Redactor) -> tuple[Unmanaged, ...]:
    listed = []
    for row in rows:
        type_ = types.live(row.type_id, row.type_name)
        type_name = row.type_name or "" if type_ is None else str(type_)
        listed.append(Unmanaged(row.id, redact(row.name), redact(type_name)))
    return tuple(sorted(listed, key=lambda row: (row.name, int(row.id))))


def _doubt(tenant: str) -> str:
    return (
        f"the PBX lists no destinations for {sanitize(tenant)}, but with a reply that can also mean an error (it does"
        " answer CUSTOMTYPES): apply needs --allow-empty to believe it"
    )
