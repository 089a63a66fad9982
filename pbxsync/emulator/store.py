"""What the emulated PBX knows of destinations and their types. Values go in and come out as text.

Ids come from one sequence over all tenants and are never given twice, as on a PBX [field].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pbxsync.emulator.database import COLUMNS, Database, tenant_id

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = dict[str, str | None]
"""A row of a table as text; None is a column that was never set."""

_SELECT: Final = (
    f"SELECT {', '.join(COLUMNS)}, ct_name, ct_description FROM cu_customs"  # noqa: S608 -- constants alone
    " LEFT JOIN ct_customtypes ON ct_id = cu_ct_id JOIN te_tenants ON te_id = cu_te_id"
)


class Type(NamedTuple):
    """A custom destination type of the PBX."""

    id: str
    name: str
    description: str


class Tables(Protocol):
    """What the operations need of the store; the faults have others that stand in for it."""

    def types(self) -> list[Type]:
        """Every type, by id."""

    def rows(self, tenant: str) -> list[Row]:
        """Every destination of a tenant by id, its type's ct_name and ct_description beside it."""

    def row(self, tenant: str, cu_id: int) -> Row | None:
        """One destination of a tenant, or None where that tenant has none of that id."""

    def add(self, tenant: str, values: Mapping[str, str]) -> int:
        """Store a new destination and return its id, the next of the sequence unless cu_id is given."""

    def change(self, cu_id: int, values: Mapping[str, str | None]) -> bool:
        """Change fields of a destination; False where there is none of that id."""


class Store:
    """The tables of one PBX, as they are (see `Tables`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def types(self) -> list[Type]:
        """Every type, by id."""
        found = self._database.connection.execute("SELECT * FROM ct_customtypes ORDER BY ct_id")
        return [Type(str(ct_id), name, description) for ct_id, name, description in found]

    def put_type(self, ct_id: int, name: str, description: str) -> None:
        """Add a type, or change the one with that id."""
        with self._database.write() as db:
            db.execute("INSERT OR REPLACE INTO ct_customtypes VALUES (?, ?, ?)", (ct_id, name, description))

    def rows(self, tenant: str) -> list[Row]:
        """Every destination of a tenant by id, its type's ct_name and ct_description beside it."""
        found = self._database.connection.execute(f"{_SELECT} WHERE te_code = ? ORDER BY cu_id", (tenant,))
        return [_text(row) for row in found]

    def row(self, tenant: str, cu_id: int) -> Row | None:
        """One destination of a tenant, or None where that tenant has none of that id."""
        query = f"{_SELECT} WHERE te_code = ? AND cu_id = ?"
        found = self._database.connection.execute(query, (tenant, cu_id)).fetchone()
        return None if found is None else _text(found)

    def add(self, tenant: str, values: Mapping[str, str]) -> int:
        """Store a new destination and return its id, the next of the sequence unless cu_id is given."""
        with self._database.write() as db:
            row = {"cu_te_id": str(tenant_id(db, tenant)), **values}
            marks = ", ".join("?" * len(row))
            sql = f"INSERT INTO cu_customs ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 -- names are of COLUMNS
            made = db.execute(sql, tuple(row.values()))
        return int(made.lastrowid or 0)

    def change(self, cu_id: int, values: Mapping[str, str | None]) -> bool:
        """Change fields of a destination; False where there is none of that id."""
        sets = ", ".join(f"{name} = ?" for name in values)
        with self._database.write() as db:
            sql = f"UPDATE cu_customs SET {sets} WHERE cu_id = ?"  # noqa: S608 -- names are of COLUMNS
            return db.execute(sql, (*values.values(), cu_id)).rowcount == 1

    def remove(self, cu_id: int) -> bool:
        """Delete a destination, as a hand can on the PBX's own pages; False where there is none of that id."""
        with self._database.write() as db:
            return db.execute("DELETE FROM cu_customs WHERE cu_id = ?", (cu_id,)).rowcount == 1


def _text(row: tuple[object, ...]) -> Row:
    names = (*COLUMNS, "ct_name", "ct_description")
    return {name: None if value is None else str(value) for name, value in zip(names, row, strict=True)}
