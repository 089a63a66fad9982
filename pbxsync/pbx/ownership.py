"""Whose rows are whose: in one run, a live id and a `cu_te_id` belong to one tenant.

Besides those of the tenants, a PBX may have shared destinations (vendor). Which `cu_te_id` they have, and whether the lists
of tenants hold them, is unknown. So a row is shared if it names no tenant (null, empty or 0), or another tenant than the
other rows of its list do (guess). A shared row belongs to nobody who uses pbxsync: it is shown and never written.
"""

from __future__ import annotations

import threading
from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pbxsync.errors import Unrecognised
from pbxsync.kinds.custom_destination import OBJECT
from pbxsync.pbx.shapes import ShapeError
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbxsync.pbx.shapes import Row

#: These name no tenant (guess).
NO_TENANT: Final = frozenset({"", "0"})
#: Ids in one bitmap: ids are given in order, so nearly all bitmaps are dense.
_BITMAP: Final = 512
_NAMED: Final = 5


@dataclass(slots=True)
class _Tenant:
    """What one tenant's replies told: how many rows the list has by `cu_te_id`, which were fetched, and its own one.

    `ambiguous`: the list names several, and which of them is its own cannot be told.
    """

    ids: array[int] = field(default_factory=lambda: array("Q"))
    listed: Counter[str] = field(default_factory=Counter)
    fetched: dict[str, array[int]] = field(default_factory=dict)
    own: str | None = None
    ambiguous: bool = False

    @property
    def counts(self) -> Counter[str]:
        """How many rows have each `cu_te_id`: in the list if it tells that, else of those that were fetched."""
        return self.listed or Counter({tenant_id: len(ids) for tenant_id, ids in self.fetched.items()})


class Ownership:
    """What a run has learnt of which rows belong to which tenant. Thread safe.

    It keeps eight bytes for each live row, because any of them may turn up under another tenant.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tenants: dict[str, _Tenant] = defaultdict(_Tenant)
        self._bitmaps: dict[int, int] = {}
        self._repeated: set[int] = set()
        self._shared_ids: set[int] = set()
        self._shared_tenant_ids: set[str] = set()

    def listed(self, tenant: str, rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[Row, ...], tuple[Row, ...]]:
        """Take note of a list. Return the rows of the tenant, the shared ones, and the doubtful ones among the first.

        Doubtful: the id was listed for another tenant too, and the list does not tell whose it is. Raises ShapeError if the
        rows name several tenants, and which of them is this one cannot be told.
        """
        with self._lock:
            known = self._tenants[tenant]
            known.listed = Counter(row.tenant_id for row in rows if row.tenant_id and row.tenant_id not in NO_TENANT)
            known.own, known.ambiguous = None, True
            known.own, known.ambiguous = self._own(known.listed), False
            own: list[Row] = []
            shared: list[Row] = []
            for row in rows:
                (shared if self._is_shared(row, known.own) else own).append(row)
            before = set(known.ids)
            ids = [int(row.id) for row in own]
            repeated = {number for number in ids if number not in before and self._seen_before(number)}
            self._repeated |= repeated
            known.ids = array("Q", ids)
            doubtful = [row for row in own if row.tenant_id is None and int(row.id) in repeated] if repeated else []
        return tuple(own), tuple(shared), tuple(doubtful)

    def fetched(self, tenant: str, row: Row) -> None:
        """Take note of a row that was fetched alone."""
        with self._lock:
            known, number = self._tenants[tenant], int(row.id)
            if row.tenant_id is not None and row.tenant_id not in NO_TENANT:
                of_tenant = known.fetched.setdefault(row.tenant_id, array("Q"))
                if number not in of_tenant:
                    of_tenant.append(number)
            if number not in known.ids and not self._is_shared(row, None):
                known.ids.append(number)
                if self._seen_before(number):
                    self._repeated.add(number)

    def share(self, row: Row) -> None:
        """Take note that a row is shared, though the lists do not tell it."""
        with self._lock:
            self._shared_ids.add(int(row.id))
            if row.tenant_id and row.tenant_id not in NO_TENANT:
                self._shared_tenant_ids.add(row.tenant_id)

    def is_shared(self, tenant: str, row: Row) -> bool:
        """Whether a row is shared, by all that was read of the tenant. Raises Unrecognised if that cannot be told."""
        with self._lock:
            known = self._tenants[tenant]
            try:
                own = known.own if known.own is not None else self._own(known.counts)
            except ShapeError as error:
                raise Unrecognised(f"MANAGEDB {OBJECT} get of {sanitize(tenant)} gives {error}") from None
            return self._is_shared(row, own)

    def rests_on_one(self, tenant: str) -> bool:
        """Whether a single row told which `cu_te_id` a tenant has, so that nothing would show if that row is shared."""
        with self._lock:
            known = self._tenants[tenant]
            return not known.listed and known.counts.total() == 1

    def agrees(self, tenant: str) -> bool:
        """Whether all rows of a tenant that told it have the same `cu_te_id`."""
        with self._lock:
            return len(self._tenants[tenant].counts) < 2

    def settle(self) -> tuple[str, ...]:
        """Conclude what only all lists together tell. Return the tenants whose lists have to be read again with that.

        A `cu_te_id` that every list has, beside others, is that of shared rows.
        """
        with self._lock:
            lists = [known.listed.keys() for known in self._tenants.values() if known.listed]
            common = set.intersection(*map(set, lists)) if len(lists) > 1 else set()
            if any(listed - common for listed in lists):
                self._shared_tenant_ids |= common
            changed = []
            for tenant, known in self._tenants.items():
                ambiguous = known.ambiguous and not self._shared_tenant_ids.isdisjoint(known.listed)
                wrong = known.own in self._shared_tenant_ids or not self._shared_ids.isdisjoint(known.ids)
                if ambiguous or wrong:
                    changed.append(tenant)
            return tuple(changed)

    def conflicts(self) -> dict[str, str]:
        """Return a sentence for each tenant whose rows are another one's as well."""
        with self._lock:
            owners: dict[str, list[str]] = defaultdict(list)
            named: dict[str, set[str]] = defaultdict(set)
            for tenant, known in self._tenants.items():
                counts = known.counts
                own = known.own if known.own is not None else next(iter(counts), None) if len(counts) == 1 else None
                if own is not None and own not in self._shared_tenant_ids:
                    owners[own].append(tenant)
                for tenant_id in counts:
                    named[tenant_id].add(tenant)
            found: dict[str, str] = {}
            for tenant_id, tenants in owners.items():
                several = sorted(named[tenant_id] | set(tenants))
                if len(several) > 1:
                    _add(found, several, f"rows of the same tenant of the PBX (cu_te_id {sanitize(tenant_id)})")
            repeated = self._repeated - self._shared_ids
            holders: dict[int, list[str]] = defaultdict(list)
            for tenant, known in self._tenants.items() if repeated else ():
                for number in repeated.intersection(known.ids):
                    holders[number].append(tenant)
            for number in sorted(holders):
                if len(holders[number]) > 1:
                    _add(found, sorted(holders[number]), f"destination {number}")
            return found

    def _own(self, counts: Counter[str]) -> str | None:
        """Return the tenant's own `cu_te_id`: the only one that is not shared, or that of most rows. Raises ShapeError."""
        candidates = [tenant_id for tenant_id in counts if tenant_id not in self._shared_tenant_ids]
        if len(candidates) < 2:
            return candidates[0] if candidates else None
        most = max(candidates, key=lambda tenant_id: counts[tenant_id])
        if 2 * counts[most] <= sum(counts[tenant_id] for tenant_id in candidates):
            shown = first_names(sorted(sanitize(tenant_id) for tenant_id in candidates), _NAMED)
            raise ShapeError(
                f"rows of several tenants (their cu_te_id differs: {shown}), so some are shared or another's"
            )
        return most

    def _is_shared(self, row: Row, own: str | None) -> bool:
        if row.tenant_id is None:
            return int(row.id) in self._shared_ids if self._shared_ids else False
        return (
            row.tenant_id in NO_TENANT
            or row.tenant_id in self._shared_tenant_ids
            or (own is not None and row.tenant_id != own)
        )

    def _seen_before(self, number: int) -> bool:
        """Whether an id was listed before, for any tenant; take note of it."""
        index, bit = divmod(number, _BITMAP)
        bitmap = self._bitmaps.get(index, 0)
        self._bitmaps[index] = bitmap | 1 << bit
        return bool(bitmap >> bit & 1)


def _add(found: dict[str, str], tenants: Iterable[str], what: str) -> None:
    """Say of each of these tenants that the PBX answers for all of them with the same."""
    names = sorted(tenants)
    for tenant in names:
        others = first_names([sanitize(other) for other in names if other != tenant], _NAMED)
        found.setdefault(
            tenant,
            f"the PBX lists {what} for {sanitize(tenant)} and also for {others}: either they are one tenant, or a list is"
            " another tenant's. Nothing is written to any of them",
        )
