"""Adds and updates for programs: every write is read back before it is reported as done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.apply.settle import settle
from pbxsync.client.checks import columns, identity, needed
from pbxsync.errors import NotStored, UsageError, WireError
from pbxsync.kinds.custom_destination import COLUMNS, NAME
from pbxsync.model.entry import Type
from pbxsync.model.plan import Destination
from pbxsync.text.sanitize import quote, truncate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.pbx.managedb import PbxWriter
    from pbxsync.pbx.shapes import Row


def add(pbx: PbxWriter, tenant: str, name: str, type_id: str, params: Mapping[int, str]) -> Row:
    """Add a destination and return it as it reads back. Raises a WireError, NotStored among them, and UsageError."""
    needed(name=name, type_id=type_id)
    fields = columns(name, type_id, params)
    listing = pbx.destinations(tenant)
    before = frozenset(row.id for row in listing.rows)
    lost: WireError | None = None
    new_id = None
    try:
        new_id = pbx.add(tenant, fields)
    except WireError as error:
        if not error.open_outcome:
            raise
        if listing.doubtful:
            raise NotStored(
                f"it is unknown whether {quote(name)} of {truncate(tenant)} was added ({error}), because the PBX listed"
                " nothing before, in a way that its errors look like too: look for it before you add it again"
            ) from None
        lost = error
    if new_id is None or new_id in before:
        new_id = _settled(pbx, tenant, fields, before, lost)
    return _as_written(pbx.destination(tenant, new_id), fields, whole=True)


def update(
    pbx: PbxWriter, tenant: str, objectid: str, name: str | None, type_id: str | None, params: Mapping[int, str]
) -> Row:
    """Update a destination and return it as it reads back. Raises a WireError, NotStored among them, and UsageError."""
    identity(objectid)
    fields = columns(name, type_id, params)
    if not fields:
        raise UsageError("no field to update is given")
    try:
        pbx.update(tenant, objectid, fields)
    except WireError as error:
        if not error.open_outcome:
            raise
    return _as_written(pbx.destination(tenant, objectid), fields)


def _settled(
    pbx: PbxWriter, tenant: str, fields: dict[str, str], before: frozenset[str], lost: WireError | None
) -> str:
    """Return the id of the row that an add made although its reply lacks it. Raises NotStored if there is no such row."""

    def fetch(row: Row) -> Destination:
        whole = row if row.params is not None and row.type_id is not None else pbx.destination(tenant, row.id)
        return Destination(whole.id, whole.name, Type(whole.type_id or "", None), whole.params or ())

    def fits(live: Destination) -> bool:
        row = _columns(live.name or "", live.type.id if live.type else None, live.params)
        return all(row.get(name) == value for name, value in fields.items() if name != COLUMNS[NAME])

    end = settle(fields[COLUMNS[NAME]], before, pbx.destinations(tenant).rows, fetch, fits)
    ours = end.ours or (end.near if not end.problem else None)
    if ours is not None and ours.id is not None:
        return ours.id
    reason = end.problem or "it is not there, and was not sent again"
    raise NotStored(f"{quote(fields[COLUMNS[NAME]])} of {truncate(tenant)}: {reason}" + (f" ({lost})" if lost else ""))


def _as_written(row: Row, fields: dict[str, str], *, whole: bool = False) -> Row:
    """Return a row that holds what was written, and with `whole` nothing else. Raises NotStored."""
    stored = _columns(row.name, row.type_id, row.params or ())
    wanted = {**dict.fromkeys(stored, ""), **fields} if whole else fields
    wrong = [name for name, value in wanted.items() if stored[name] not in {value, None}]
    if wrong:
        raise NotStored(f"destination {row.id} was accepted, but the PBX stored a different value: {', '.join(wrong)}")
    return row


def _columns(name: str, type_id: str | None, params: tuple[str | None, ...]) -> dict[str, str | None]:
    """Return the columns of a row; its type is None if the PBX does not tell it."""
    return dict(zip(COLUMNS.values(), (name, type_id, *params), strict=True))
