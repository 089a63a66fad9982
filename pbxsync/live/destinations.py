"""From rows of the PBX to live destinations, in the form that desired ones have too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.errors import LiveError, NotThere
from pbxsync.model.plan import Destination
from pbxsync.text.sanitize import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.live.types import TypeTable
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.pbx.shapes import Row
    from pbxsync.workers import WorkerPool


def live_destinations(
    pbx: PbxReader, workers: WorkerPool, tenant: str, rows: Sequence[Row], types: TypeTable
) -> dict[str, Destination]:
    """Return the live destinations of these rows of a list, by id. A row without params or type is fetched whole.

    One that turns out to be shared is left out. Raises LiveError if a row has changed since the list or cannot be fetched,
    and any WireError.
    """
    incomplete = [row for row in rows if row.params is None or types.live(row.type_id, row.type_name) is None]
    fetched = dict(
        zip(
            (row.id for row in incomplete),
            workers.map_nested(lambda row: _fetch(pbx, tenant, row), incomplete),
            strict=True,
        )
    )
    whole = (fetched.get(row.id, row) for row in rows)
    return {row.id: live_destination(row, types) for row in whole if not pbx.ownership.is_shared(tenant, row)}


def live_destination(row: Row, types: TypeTable) -> Destination:
    """Return one row, which must have its params, as a destination."""
    return Destination(row.id, row.name, types.live(row.type_id, row.type_name), row.params or ())


def _fetch(pbx: PbxReader, tenant: str, listed: Row) -> Row:
    """Fetch the full row and check that it still matches its list entry."""
    try:
        row = pbx.destination(tenant, listed.id)
    except NotThere as error:
        raise LiveError(
            f"destination {listed.id} is in the list of {sanitize(tenant)} but could not be fetched: {error}"
        ) from None
    if row.name != listed.name:
        raise LiveError(
            f"destination {listed.id} of {sanitize(tenant)} is named {quote(listed.name)} in the list and"
            f" {quote(row.name)} when fetched: someone is editing it, or the server is faulty; run again"
        )
    if row.type_id is None and row.type_name is None:
        return row._replace(type_id=listed.type_id, type_name=listed.type_name)
    return row
