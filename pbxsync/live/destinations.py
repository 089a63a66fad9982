"""From the rows of the wire to live destinations in the form that desired ones have too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.errors import LiveError, NotThere
from pbxsync.model.plan import Destination
from pbxsync.text.sanitize import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.live.types import TypeTable
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.pbx.rows import Row
    from pbxsync.workers import WorkerPool


def destinations(
    pbx: PbxReader, workers: WorkerPool, tenant: str, rows: Sequence[Row], types: TypeTable
) -> dict[str, Destination]:
    """Return the live destinations of these rows of a list, by id, with one `get` for each that came without params.

    Raises LiveError where a row has moved since the list, or cannot be had; and a WireError.
    """
    fetched = workers.map_nested(
        lambda row: _fetched(pbx, tenant, row), [row for row in rows if not _whole(row, types)]
    )
    whole = {row.id: row for row in fetched}
    return {row.id: destination(whole.get(row.id, row), types) for row in rows}


def destination(row: Row, types: TypeTable) -> Destination:
    """Return one row, whose params are there, as a destination."""
    return Destination(row.id, row.name, types.live(row.type_id, row.type_name), row.params or ())


def _whole(row: Row, types: TypeTable) -> bool:
    """Whether a row of a list makes a `get` needless."""
    return row.params is not None and types.live(row.type_id, row.type_name) is not None


def _fetched(pbx: PbxReader, tenant: str, row: Row) -> Row:
    """Get the whole row, held against that of the list: between the two nothing may have moved."""
    try:
        found = pbx.destination(tenant, row.id)
    except NotThere as error:
        raise LiveError(
            f"destination {row.id} is in the list of {sanitize(tenant)}, but cannot be had alone: {error}"
        ) from None
    if found.name != row.name:
        raise LiveError(
            f"destination {row.id} of {sanitize(tenant)} is named {quote(row.name)} in the list and {quote(found.name)}"
            " alone: it was changed while it was read, or the server is not in order; run again"
        )
    if found.type_id is None and found.type_name is None:
        return type(found)(found.id, found.name, row.type_id, row.type_name, found.params)
    return found
