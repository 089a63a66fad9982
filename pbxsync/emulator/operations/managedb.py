"""MANAGEDB: custom destination types, and custom destinations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.emulator import shapes
from pbxsync.emulator.answer import NOTHING, Answer, jsonish, text
from pbxsync.emulator.database import PARAMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request


def list_types(_: Request, world: Backend) -> Answer:
    """CUSTOMTYPES list: the types of the whole PBX, whatever the tenant [field]."""
    return shapes.types(world.store.types(), world.dialect)


def list_destinations(call: Request, world: Backend) -> Answer:
    """CUSTOM list: every destination of a tenant."""
    return shapes.destinations(world.store.rows(call.tenant), world.dialect)


def get_destination(call: Request, world: Backend) -> Answer:
    """CUSTOM get: the one that `objectid` names, if it is the tenant's."""
    if call.object_id is None:
        return NOTHING
    return shapes.destination(world.store.row(call.tenant, call.object_id), world.dialect)


def add_destination(call: Request, world: Backend) -> Answer:
    """CUSTOM add: needs cu_name and cu_ct_id in `jsondata` [doc]; a name may be there already [guess]."""
    fields = _writable(call, world)
    if fields is None or "cu_name" not in fields or "cu_ct_id" not in fields:
        return NOTHING
    cu_id = world.store.add(call.tenant, fields)
    if world.dialect.add == "row":
        row = world.store.row(call.tenant, cu_id)
        return jsonish(shapes.whole(row, world.dialect) if row else None, committed=True)
    sql = f"insert into cu_customs set {_assignments(fields)}"
    return _written(world.dialect.add, cu_id, sql, world)


def update_destination(call: Request, world: Backend) -> Answer:
    """CUSTOM update: changes the fields in `jsondata` alone [doc]; `objectid` and cu_id must agree where both are."""
    fields = _writable(call, world)
    cu_id = call.object_id
    if not fields or cu_id is None or world.store.row(call.tenant, cu_id) is None:
        return NOTHING
    world.store.change(cu_id, fields)
    sql = f"update cu_customs set {_assignments(fields)} where cu_id='{cu_id}'"  # noqa: S608 -- shown, never run
    return _written(world.dialect.update, cu_id, sql, world)


def _writable(call: Request, world: Backend) -> dict[str, str] | None:
    """The columns to set, or None where PHP's SQL would have failed: an unknown column, a type that is no number."""
    fields = call.fields()
    if fields is None:
        return None
    named = fields.pop("cu_id", None)
    if named is not None and named != call.text("objectid"):
        return None
    if not fields.keys() <= {"cu_name", "cu_ct_id", *PARAMS[: int(world.dialect.columns)]}:
        return None
    ct_id = fields.get("cu_ct_id", "1")
    return fields if ct_id.isascii() and ct_id.isdecimal() and len(ct_id) < 10 else None


def _written(reply: str, cu_id: int, sql: str, world: Backend) -> Answer:
    if reply == "json":
        return shapes.identity(cu_id, world.dialect)
    return text(sql if reply == "sql" else "", committed=True)


def _assignments(fields: Mapping[str, str]) -> str:
    """The statement that the reply shows; the store is changed by another, with its values bound."""
    return ",".join(f"{name}='{value.replace(chr(39), chr(92) + chr(39))}'" for name, value in fields.items())
