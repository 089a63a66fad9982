"""Adds and updates of programs: what was written is read back before anybody is told that it worked."""

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
    from pbxsync.pbx.rows import Row


def add(pbx: PbxWriter, tenant: str, name: str, type_id: str, params: Mapping[int, str]) -> Row:
    """Add a destination and return it as it reads back. Raises a WireError, NotStored among them, and UsageError."""
    needed(name=name, type_id=type_id)
    fields = columns(name, type_id, params)
    listing = pbx.destinations(tenant)
    before = frozenset(row.id for row in listing.rows)
    lost: WireError | None = None
    told = None
    try:
        told = pbx.add(tenant, fields)
    except WireError as error:
        if not error.open_outcome:
            raise
        if listing.doubtful:
            raise NotStored(
                f"whether {quote(name)} of {truncate(tenant)} was added is not known: the PBX listed nothing before, in a"
                f" way that is also how its errors look ({error}); look for it before you add it again"
            ) from None
        lost = error
    found = told if told is not None and told not in before else _settled(pbx, tenant, fields, before, lost)
    return _as_written(pbx.destination(tenant, found), fields, whole=True)


def update(
    pbx: PbxWriter, tenant: str, objectid: str, name: str | None, type_id: str | None, params: Mapping[int, str]
) -> Row:
    """Update a destination and return it as it reads back. Raises a WireError, NotStored among them, and UsageError."""
    identity(objectid)
    fields = columns(name, type_id, params)
    if not fields:
        raise UsageError("nothing to update is given")
    try:
        pbx.update(tenant, objectid, fields)
    except WireError as error:
        if not error.open_outcome:
            raise
    return _as_written(pbx.destination(tenant, objectid), fields)


def _settled(
    pbx: PbxWriter, tenant: str, fields: dict[str, str], before: frozenset[str], lost: WireError | None
) -> str:
    """Return the id of the row that an add has made although its reply does not tell; raise where there is none."""

    def fetch(row: Row) -> Destination:
        whole = row if row.params is not None and row.type_id is not None else pbx.destination(tenant, row.id)
        return Destination(whole.id, whole.name, Type(whole.type_id or "", None), whole.params or ())

    def fits(found: Destination) -> bool:
        row = _columns(found.name or "", found.type.id if found.type else None, found.params)
        return all(row.get(name) == value for name, value in fields.items() if name != COLUMNS[NAME])

    end = settle(fields[COLUMNS[NAME]], before, pbx.destinations(tenant).rows, fetch, fits)
    ours = end.ours or (end.near if not end.problem else None)
    if ours is not None and ours.id is not None:
        return ours.id
    reason = end.problem or "it is not there, and was not sent again"
    raise NotStored(f"{quote(fields[COLUMNS[NAME]])} of {truncate(tenant)}: {reason}" + (f" ({lost})" if lost else ""))


def _as_written(row: Row, fields: dict[str, str], *, whole: bool = False) -> Row:
    """Return a row that holds what was written; with `whole` all else has to be empty. Raises NotStored."""
    stored = _columns(row.name, row.type_id, row.params or ())
    wanted = {**dict.fromkeys(stored, ""), **fields} if whole else fields
    wrong = [name for name, value in wanted.items() if stored[name] not in {value, None}]
    if wrong:
        raise NotStored(f"destination {row.id} reads back other than it was to be: {', '.join(wrong)}")
    return row


def _columns(name: str, type_id: str | None, params: tuple[str | None, ...]) -> dict[str, str | None]:
    """Return the columns of a row; its type is None where the PBX does not tell."""
    return dict(zip(COLUMNS.values(), (name, type_id, *params), strict=True))
