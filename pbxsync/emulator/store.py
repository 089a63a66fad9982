"""The destinations and their types. All values are text.

Ids come from one sequence for all tenants and are never reused, as on a PBX [field].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pbxsync.emulator.database import COLUMNS, Database, tenant_id

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

Row = dict[str, str | None]
"""A row of a table; None is a column that was never set."""

_SELECT: Final = (
    f"SELECT {', '.join(COLUMNS)}, ct_name, ct_description FROM cu_customs"  # noqa: S608 -- only constants
    " LEFT JOIN ct_customtypes ON ct_id = cu_ct_id LEFT JOIN te_tenants ON te_id = cu_te_id"
)
_SHARED: Final = 0
"""The cu_te_id under which shared destinations are stored. Tenants count from 1."""


class Type(NamedTuple):
    """A custom destination type of the PBX."""

    id: str
    name: str
    description: str


class Tables(Protocol):
    """The part of the store that operations use. Faults substitute it with altered ones."""

    def types(self) -> list[Type]:
        """Every type, ordered by id."""

    def rows(self, tenant: str) -> list[Row]:
        """Every destination of a tenant, ordered by id, with its type's ct_name and ct_description."""

    def row(self, tenant: str, cu_id: int) -> Row | None:
        """One destination of a tenant, None if the tenant has no such id."""

    def te_id(self, tenant: str) -> int:
        """The numeric id of a tenant."""

    def add(self, tenant: str, values: Mapping[str, str]) -> int:
        """Store a new destination and return its id: cu_id if given, else the next of the sequence."""

    def change(self, cu_id: int, values: Mapping[str, str | None]) -> bool:
        """Change columns of a destination. False for an unknown id."""

    def remove(self, cu_id: int) -> bool:
        """Delete a destination. False for an unknown id."""


class Store:
    """The tables of one PBX (see `Tables`). With ignore_case, tenant codes that differ only in case are one tenant."""

    def __init__(self, database: Database, *, ignore_case: bool = False) -> None:
        self._database = database
        self._ignore_case = ignore_case
        self._is_tenant = "te_code = ? COLLATE NOCASE" if ignore_case else "te_code = ?"

    def types(self) -> list[Type]:
        """Every type, ordered by id."""
        rows = self._database.connection.execute("SELECT * FROM ct_customtypes ORDER BY ct_id")
        return [Type(str(ct_id), name, description) for ct_id, name, description in rows]

    def put_type(self, ct_id: int, name: str, description: str) -> None:
        """Add a type, or change the one with this id."""
        with self._database.write() as db:
            db.execute("INSERT OR REPLACE INTO ct_customtypes VALUES (?, ?, ?)", (ct_id, name, description))

    def rows(self, tenant: str) -> list[Row]:
        """Every destination of a tenant, ordered by id, with its type's ct_name and ct_description."""
        rows = self._database.connection.execute(f"{_SELECT} WHERE {self._is_tenant} ORDER BY cu_id", (tenant,))
        return [_text(row) for row in rows]

    def row(self, tenant: str, cu_id: int) -> Row | None:
        """One destination of a tenant, None if the tenant has no such id."""
        query = f"{_SELECT} WHERE {self._is_tenant} AND cu_id = ?"
        row = self._database.connection.execute(query, (tenant, cu_id)).fetchone()
        return None if row is None else _text(row)

    def shared_rows(self) -> list[Row]:
        """Every shared destination, ordered by id."""
        rows = self._database.connection.execute(f"{_SELECT} WHERE cu_te_id = ? ORDER BY cu_id", (_SHARED,))
        return [_text(row) for row in rows]

    def te_id(self, tenant: str) -> int:
        """The numeric id of a tenant, assigned at first use."""
        query = f"SELECT te_id FROM te_tenants WHERE {self._is_tenant}"  # noqa: S608 -- only constants
        known = self._database.connection.execute(query, (tenant,)).fetchone()
        if known:
            return int(known[0])
        with self._database.write() as db:
            return tenant_id(db, tenant, ignore_case=self._ignore_case)

    def add(self, tenant: str, values: Mapping[str, str]) -> int:
        """Store a new destination and return its id: cu_id if given, else the next of the sequence."""
        with self._database.write() as db:
            return _insert(db, tenant_id(db, tenant, ignore_case=self._ignore_case), values)

    def add_shared(self, values: Mapping[str, str]) -> int:
        """Store a new shared destination and return its id."""
        with self._database.write() as db:
            return _insert(db, _SHARED, values)

    def change(self, cu_id: int, values: Mapping[str, str | None]) -> bool:
        """Change columns of a destination. False for an unknown id."""
        sets = ", ".join(f"{name} = ?" for name in values)
        with self._database.write() as db:
            sql = f"UPDATE cu_customs SET {sets} WHERE cu_id = ?"  # noqa: S608 -- names are from COLUMNS
            return db.execute(sql, (*values.values(), cu_id)).rowcount == 1

    def remove(self, cu_id: int) -> bool:
        """Delete a destination. False for an unknown id."""
        with self._database.write() as db:
            return db.execute("DELETE FROM cu_customs WHERE cu_id = ?", (cu_id,)).rowcount == 1


class StoreWithShared(Store):
    """A store that shows the shared destinations, under this cu_te_id, as destinations of every tenant."""

    def __init__(self, database: Database, te_id: str, *, ignore_case: bool = False) -> None:
        super().__init__(database, ignore_case=ignore_case)
        self._te_id = te_id

    def rows(self, tenant: str) -> list[Row]:
        """Every destination of a tenant and every shared one, ordered by id."""
        rows = [*super().rows(tenant), *self.shared_rows()]
        return sorted(rows, key=lambda row: int(row["cu_id"] or 0))

    def row(self, tenant: str, cu_id: int) -> Row | None:
        """One destination of a tenant or a shared one, None for any other id."""
        shared = (row for row in self.shared_rows() if row["cu_id"] == str(cu_id))
        return super().row(tenant, cu_id) or next(shared, None)

    def shared_rows(self) -> list[Row]:
        """Every shared destination, ordered by id."""
        return [{**row, "cu_te_id": self._te_id} for row in super().shared_rows()]


def _insert(db: sqlite3.Connection, te_id: int, values: Mapping[str, str]) -> int:
    row = {"cu_te_id": str(te_id), **values}
    marks = ", ".join("?" * len(row))
    sql = f"INSERT INTO cu_customs ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 -- names are from COLUMNS
    return int(db.execute(sql, tuple(row.values())).lastrowid or 0)


def _text(row: tuple[object, ...]) -> Row:
    names = (*COLUMNS, "ct_name", "ct_description")
    return {name: None if value is None else str(value) for name, value in zip(names, row, strict=True)}
