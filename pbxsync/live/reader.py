"""Reads single live rows, with the fingerprints that they are later compared by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.errors import SharedDestination
from pbxsync.kinds.custom_destination import PARAMS, label_of
from pbxsync.live.destinations import live_destination
from pbxsync.live.fingerprint import Fingerprinter
from pbxsync.live.types import TypeTable
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.live.types import TypeRules, TypeSource
    from pbxsync.model.entry import Secret
    from pbxsync.model.plan import Destination
    from pbxsync.pbx.managedb import PbxReader


@dataclass(frozen=True)
class LiveReader:
    """Reads destinations one by one. `key_for(tenant)` is the key that fingerprints are made with.

    The types are fetched only if their names matter: for sensitive params (`types_matter`), or for a row without the
    number of its type.
    """

    pbx: PbxReader
    types: TypeSource
    rules: TypeRules
    key_for: Callable[[str], Secret]
    types_matter: bool

    def read(self, tenant: str, object_id: str) -> Destination:
        """Return a destination as it is live now. Raises a WireError, such as SharedDestination."""
        row = self.pbx.destination(tenant, object_id)
        if self.pbx.ownership.is_shared(tenant, row):
            raise SharedDestination(
                f"destination {row.id} is shared: it belongs to no tenant or to another one than {sanitize(tenant)}, so"
                " it is never written"
            )
        return live_destination(row, self.table(tenant, needed=row.type_id is None))

    def table(self, tenant: str, *, needed: bool = False) -> TypeTable:
        """Return the types of the PBX, or an empty table if nothing depends on them."""
        return self.types.table(tenant) if needed or self.types_matter else TypeTable(())

    def fingerprint(self, tenant: str, live: Destination) -> str:
        """Return the fingerprint of a live row."""
        return Fingerprinter(self.key_for(tenant)).row(live, self.rules.sensitive(live.type))

    def mark(self, tenant: str) -> str:
        """Return the mark of the key that fingerprints are made with now."""
        return Fingerprinter(self.key_for(tenant)).mark

    def secret(self, tenant: str, value: str) -> str:
        """Return the fingerprint of one sensitive value."""
        return Fingerprinter(self.key_for(tenant)).secret(value)

    def label(self, live: Destination, field: str) -> str | None:
        """Return the label of a param of this destination; None if it has none or the field is not a param."""
        return None if live.type is None else label_of(field, self.rules.labels(live.type))

    def hidden_fields(self, *rows: Destination) -> frozenset[str]:
        """Return the fields that are sensitive in the type of any of these rows."""
        return frozenset(PARAMS[position - 1] for row in rows for position in self.rules.sensitive(row.type))
