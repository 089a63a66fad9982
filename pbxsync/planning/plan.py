"""The plan of one tenant, and of all: what apply would do, as frozen values.

The phases of a tenant, by the words that the docs use too:

1. list: the live destinations, by id and name
2. match: which entry of the files is which of them; before an apply, the list once more where one seems to be missing
3. get: the params of those that a file manages, where the list has none
4. resolve: types, labels and variables, into desired destinations
5. diff: which fields differ
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.errors import LiveError, MatchError, PbxsyncError
from pbxsync.kinds.custom_destination import PARAMS, TYPE, fields_of, label_of, position_of
from pbxsync.live import destinations as livestate
from pbxsync.live.fingerprint import Fingerprinter, row_fingerprint
from pbxsync.model.entry import Secret, Type
from pbxsync.model.plan import Add, SecretDiff, TenantPlan, TextDiff, TypeDiff, Unmanaged, Update
from pbxsync.planning.diff import differing, filled
from pbxsync.planning.match import match
from pbxsync.planning.order import in_order
from pbxsync.planning.resolve import REFUSALS, Resolved, resolve
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxsync.live.types import TypeRules, TypeSource, TypeTable
    from pbxsync.model.entry import Entry
    from pbxsync.model.plan import Change, Destination, FieldDiff
    from pbxsync.pbx.managedb import Listing, PbxReader
    from pbxsync.planning.match import Matching
    from pbxsync.redaction.redactor import Redactor
    from pbxsync.workers import WorkerPool


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How far planning goes: `unmanaged` fills these rows in; `look_twice` lists a tenant once more before an add.

    A plan that only shows asks for one list a tenant. One that is saved is held against a new list when it is applied;
    one that is applied at once has nothing between it and its adds, so it looks twice.
    """

    unmanaged: bool = False
    relist_before_add: bool = False


@dataclass(frozen=True, slots=True)
class Planner:
    """What planning a tenant takes besides its entries."""

    pbx: PbxReader
    workers: WorkerPool
    types: TypeSource
    words: TypeRules
    key_for: Callable[[str], Secret]
    redactor: Redactor
    care: PlanOptions

    def plan(self, tenant: str, entries: Sequence[Entry]) -> TenantPlan:
        """Return the plan of one tenant; a failure is in its `error`, so that the others go on."""
        try:
            return self._plan(tenant, entries)
        except PbxsyncError as error:
            return TenantPlan(tenant, error=self.redactor(str(error)))

    def _plan(self, tenant: str, entries: Sequence[Entry]) -> TenantPlan:
        read_at = time.monotonic()
        listing = self.pbx.destinations(tenant)
        try:
            return self._planned(tenant, entries, listing, read_at)
        except MatchError as error:
            raise MatchError("\n".join([str(error), *_doubt(tenant, listing)])) from None

    def _planned(self, tenant: str, entries: Sequence[Entry], listing: Listing, read_at: float) -> TenantPlan:
        matching = match(entries, [(row.id, row.name) for row in listing.rows])
        if self.care.relist_before_add and any(identity is None for _, identity in matching.pairs):
            self._look_again(tenant, listing)
        types = self.types.table(tenant, {entry.type for entry in entries if entry.type is not None})
        managed = {identity for _, identity in matching.pairs if identity is not None}
        rows = [row for row in listing.rows if row.id in managed]
        current = livestate.destinations(self.pbx, self.workers, tenant, rows, types)
        changes = self._changes(tenant, matching, current, types, self._numbers(listing))
        return TenantPlan(
            tenant,
            changes=changes,
            unchanged=len(entries) - len(changes),
            unmanaged_count=len(matching.unmanaged),
            unmanaged=self._unmanaged(listing, matching, types) if self.care.unmanaged else (),
            warnings=tuple(self.redactor(text) for text in (*matching.warnings, *_doubt(tenant, listing))),
            doubtful_empty=listing.doubtful,
            live_ids=_ids_before(listing, changes),
            read_at=read_at if changes else None,
        )

    def _look_again(self, tenant: str, listing: Listing) -> None:
        """Raise LiveError unless a second list holds the same: what is added for want of a row cannot be taken back."""
        if listing.doubtful:
            return  # that was asked more than once
        first, second = ({(row.id, row.name) for row in each.rows} for each in (listing, self.pbx.destinations(tenant)))
        if first != second:
            odd = ", ".join(sorted({identity for identity, _ in first ^ second}, key=int)[:5])
            raise LiveError(
                f"two lists of {sanitize(tenant)}, one right after the other, differ in {odd}: somebody works on it"
                " just now, or the server is not in order; run again"
            )

    @staticmethod
    def _numbers(listing: Listing) -> set[str]:
        return {row.type_id for row in listing.rows if row.type_id is not None}

    def _changes(
        self,
        tenant: str,
        matching: Matching,
        current: dict[str, Destination],
        types: TypeTable,
        numbers: set[str],
    ) -> tuple[Change, ...]:
        """Resolve and diff every entry."""
        numbers = numbers | {each.type.id for each in current.values() if each.type is not None}
        made, faults = [], []
        for entry, identity in matching.pairs:
            was = current[identity] if identity is not None else None
            try:
                want = resolve(entry, was, types, numbers, self.words)
                change = self._change(tenant, want, was)
            except REFUSALS as error:
                faults.append(str(error))
            else:
                made += [change] if change is not None else []
        if faults:
            raise MatchError("\n".join(faults))
        return in_order(made)

    def _change(self, tenant: str, want: Resolved, was: Destination | None) -> Change | None:
        """Return the change that brings a destination to what is wanted, None where it is there already."""
        fields = _fields_to_add(want) if was is None else differing(was, want.destination)
        if not fields:
            return None
        hasher = _Lazily(lambda: Fingerprinter(self.key_for(tenant)))
        rows = tuple([self._field_diff(name, want, was, hasher) for name in fields])
        self._refuse_key(want, rows)
        after = want.destination if was is None else filled(want.destination, was)
        place = want.entry.place
        name, kind, source = (
            self.redactor(after.name or ""),
            self.redactor(str(after.type or "")),
            f"{place.file}:{place.line}",
        )
        if was is None or was.id is None:
            return Add(tenant, name, source, rows, kind)
        return Update(tenant, was.id, name, source, rows, row_fingerprint(hasher, was, self.words), kind, was)

    def _field_diff(
        self, field: str, want: Resolved, was: Destination | None, hasher: Callable[[], Fingerprinter]
    ) -> FieldDiff:
        if field == TYPE and want.destination.type is not None:
            # The name is for people; a PBX may have put a key into that of the old one.
            old = None if was is None or was.type is None else Type(was.type.id, self.redactor(str(was.type)))
            return TypeDiff(old, Type(want.destination.type.id, str(want.destination.type)))
        before = fields_of(was)[field] if was is not None else None
        after = fields_of(want.destination if was is None else filled(want.destination, was))[field] or ""
        label = label_of(field, want.labels)
        if position_of(field) not in want.hidden and not self.redactor.finds(before or ""):
            return TextDiff(field, before, after, label)
        return SecretDiff(field, hasher().secret(after), label, Secret(after))

    def _refuse_key(self, want: Resolved, rows: tuple[FieldDiff, ...]) -> None:
        """Refuse to write a key of ours into a destination: it could not be shown, saved or journalled."""
        for row in rows:
            if self.redactor.finds(str(row.after) if isinstance(row, TypeDiff) else row.new_value):
                raise MatchError(f"{want.entry.place}: {row.field} would hold a key of the project: refused")

    def _unmanaged(self, listing: Listing, matching: Matching, types: TypeTable) -> tuple[Unmanaged, ...]:
        left = set(matching.unmanaged)
        found = []
        for row in listing.rows:
            if row.id in left:
                kind = types.live(row.type_id, row.type_name)
                called = row.type_name or "" if kind is None else str(kind)
                found.append(Unmanaged(row.id, self.redactor(row.name), self.redactor(called)))
        return tuple(sorted(found, key=lambda each: (each.name, int(each.id))))


class _Lazily:
    """Makes a Fingerprinter when it is first needed: most plans of most tenants need none."""

    def __init__(self, make: Callable[[], Fingerprinter]) -> None:
        self._make = make
        self._made: Fingerprinter | None = None

    def __call__(self) -> Fingerprinter:
        if self._made is None:
            self._made = self._make()
        return self._made


def _fields_to_add(want: Resolved) -> tuple[str, ...]:
    """Return the fields of an add: name, type, and each param that is not empty."""
    given = [param for param, value in zip(PARAMS, want.destination.params, strict=True) if value]
    return ("name", "type", *given)


def _ids_before(listing: Listing, changes: tuple[Change, ...]) -> frozenset[str]:
    """Return the ids that are live before anything is added, where anything is."""
    if all(isinstance(change, Update) for change in changes):
        return frozenset()
    return frozenset(row.id for row in listing.rows)


def _doubt(tenant: str, listing: Listing) -> tuple[str, ...]:
    if not listing.doubtful:
        return ()
    text = (
        f"the PBX lists no destinations for {sanitize(tenant)}, in a way that is also how its errors look, although it"
        " answers CUSTOMTYPES: apply wants --allow-empty for it"
    )
    return (text,)
