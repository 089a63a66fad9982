"""MANAGEDB: custom destination types, and custom destinations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.emulator import shapes
from pbxsync.emulator.answer import NOTHING, Answer, json_text, text
from pbxsync.emulator.database import PARAMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request


def list_types(_: Request, backend: Backend) -> Answer:
    """CUSTOMTYPES list: the types of the whole PBX, regardless of the tenant [field]."""
    return shapes.types(backend.store.types(), backend.dialect)


def list_destinations(request: Request, backend: Backend) -> Answer:
    """CUSTOM list: every destination of a tenant."""
    return shapes.destinations(backend.store.rows(request.tenant), backend.dialect)


def get_destination(request: Request, backend: Backend) -> Answer:
    """CUSTOM get: the destination with id `objectid`, if it is the tenant's."""
    if request.object_id is None:
        return NOTHING
    return shapes.destination(backend.store.row(request.tenant, request.object_id), backend.dialect)


def add_destination(request: Request, backend: Backend) -> Answer:
    """CUSTOM add: requires cu_name and cu_ct_id in `jsondata` [doc]. The name need not be unique [guess]."""
    fields = _writable(request, backend)
    if fields is None or "cu_name" not in fields or "cu_ct_id" not in fields:
        return NOTHING
    cu_id = backend.store.add(request.tenant, fields)
    if backend.dialect.add == "row":
        row = backend.store.row(request.tenant, cu_id)
        return json_text(shapes.whole(row, backend.dialect) if row else None, committed=True)
    sql = f"insert into cu_customs set {_assignments(fields)}"
    return _written(backend.dialect.add, cu_id, sql, backend)


def update_destination(request: Request, backend: Backend) -> Answer:
    """CUSTOM update: changes only the fields in `jsondata` [doc]. If both are sent, `objectid` and cu_id must agree.

    The SQL text comes back even if it matched no destination of the tenant [field, on DID].
    """
    fields = _writable(request, backend)
    cu_id = request.object_id
    if not fields or cu_id is None:
        return NOTHING
    sql = f"update cu_customs set {_assignments(fields)} where {_identity(request.tenant, cu_id, backend)}"  # noqa: S608
    if backend.store.row(request.tenant, cu_id) is None:
        return text(sql) if backend.dialect.update == "sql" else NOTHING
    backend.store.change(cu_id, fields)
    return _written(backend.dialect.update, cu_id, sql, backend)


def delete_destination(request: Request, backend: Backend) -> Answer:
    """CUSTOM delete [vendor]; the reply is a guess."""
    cu_id = request.object_id
    if cu_id is None:
        return NOTHING
    sql = f"delete from cu_customs where {_identity(request.tenant, cu_id, backend)}"  # noqa: S608 -- shown, never run
    if backend.store.row(request.tenant, cu_id) is None:
        return text(sql) if backend.dialect.update == "sql" else NOTHING
    backend.store.remove(cu_id)
    return _written(backend.dialect.update, cu_id, sql, backend)


def _writable(request: Request, backend: Backend) -> dict[str, str] | None:
    """The columns to set, or None if PHP's SQL would fail: an unknown column, or a type that is not a number."""
    fields = request.fields()
    if fields is None:
        return None
    named = fields.pop("cu_id", None)
    if named is not None and named != request.text("objectid"):
        return None
    if not fields.keys() <= {"cu_name", "cu_ct_id", *PARAMS[: int(backend.dialect.columns)]}:
        return None
    ct_id = fields.get("cu_ct_id", "1")
    return fields if ct_id.isascii() and ct_id.isdecimal() and len(ct_id) < 10 else None


def _written(reply: str, cu_id: int, sql: str, backend: Backend) -> Answer:
    if reply == "json":
        return shapes.identity(cu_id, backend.dialect)
    return text(sql if reply == "sql" else "", committed=True)


def _identity(tenant: str, cu_id: int, backend: Backend) -> str:
    """The condition of a statement, which names the tenant too, so it may match nothing [field, on DID]."""
    return f"cu_id='{cu_id}' and cu_te_id='{backend.store.te_id(tenant)}'"


def _assignments(fields: Mapping[str, str]) -> str:
    """The assignments of the statement in the reply. The store runs another one, with bound values."""
    return ",".join(f"{name}='{value.replace(chr(39), chr(92) + chr(39))}'" for name, value in fields.items())
