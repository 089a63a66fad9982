"""What the emulated PBX knows, in SQLite: tenants, destination types and custom destinations.

WAL mode with a long busy timeout, so that threads and several processes may use one file at once. Every thread has a
connection of its own. Ids come from one sequence over all tenants and are never given twice, as on a PBX.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from pbxsync.emulator import demo as demo_world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PARAMS: Final = tuple(f"cu_param{n}" for n in range(1, 21))
COLUMNS: Final = ("cu_id", "cu_te_id", "cu_name", "cu_ct_id", *PARAMS)
"""The columns of a custom destination, in the order in which a PBX lists them."""

Row = dict[str, str | None]
"""A row of a table as text; None is a column that was never set."""

_VERSION: Final = 1
_BUSY_SECONDS: Final = 30.0
_SCHEMA: Final = (
    "CREATE TABLE te_tenants (te_id INTEGER PRIMARY KEY AUTOINCREMENT, te_code TEXT NOT NULL UNIQUE)",
    "CREATE TABLE ct_customtypes (ct_id INTEGER PRIMARY KEY, ct_name TEXT NOT NULL, ct_description TEXT NOT NULL)",
    (
        "CREATE TABLE cu_customs (cu_id INTEGER PRIMARY KEY AUTOINCREMENT, cu_te_id INTEGER NOT NULL,"
        f" cu_name TEXT NOT NULL, cu_ct_id INTEGER NOT NULL, {', '.join(f'{param} TEXT' for param in PARAMS)})"
    ),
    "CREATE INDEX cu_by_tenant ON cu_customs (cu_te_id)",
)
_SELECT: Final = (
    f"SELECT {', '.join(COLUMNS)}, ct_name, ct_description FROM cu_customs"  # noqa: S608 -- constants alone
    " LEFT JOIN ct_customtypes ON ct_id = cu_ct_id"
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
    """The tables of one PBX. Values go in and come out as text."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        self._path = path
        self._durable = durable
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._opening = threading.Lock()

    def create(self, *, demo: bool) -> None:
        """Make the tables, and the demo world where that is wanted, unless the file has them already."""
        self._db.execute("PRAGMA journal_mode = WAL")
        # Looked at inside the transaction: two processes may be starting on one new file.
        with self._write() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version == _VERSION:
                return
            for statement in _SCHEMA:
                db.execute(statement)
            db.executemany("INSERT INTO ct_customtypes VALUES (?, ?, ?)", demo_world.TYPES)
            if demo:
                _fill(db)
            db.execute(f"PRAGMA user_version = {_VERSION}")

    def close(self) -> None:
        """Close the connections of all threads; none may be at work."""
        with self._opening:
            for connection in self._opened:
                connection.close()
            self._opened.clear()

    def types(self) -> list[Type]:
        """Every type, by id."""
        found = self._db.execute("SELECT ct_id, ct_name, ct_description FROM ct_customtypes ORDER BY ct_id")
        return [Type(str(ct_id), name, description) for ct_id, name, description in found]

    def put_type(self, ct_id: int, name: str, description: str) -> None:
        """Add a type, or change the one with that id."""
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO ct_customtypes VALUES (?, ?, ?)", (ct_id, name, description))

    def rows(self, tenant: str) -> list[Row]:
        """Every destination of a tenant by id, its type's ct_name and ct_description beside it."""
        where = " JOIN te_tenants ON te_id = cu_te_id WHERE te_code = ? ORDER BY cu_id"
        return [_text(row) for row in self._db.execute(_SELECT + where, (tenant,))]

    def row(self, tenant: str, cu_id: int) -> Row | None:
        """One destination of a tenant, or None where that tenant has none of that id."""
        where = " JOIN te_tenants ON te_id = cu_te_id WHERE te_code = ? AND cu_id = ?"
        found = self._db.execute(_SELECT + where, (tenant, cu_id)).fetchone()
        return None if found is None else _text(found)

    def add(self, tenant: str, values: Mapping[str, str]) -> int:
        """Store a new destination and return its id, the next of the sequence unless cu_id is given."""
        with self._write() as db:
            row = {"cu_te_id": str(_tenant_id(db, tenant)), **values}
            marks = ", ".join("?" * len(row))
            names = ", ".join(row)
            made = db.execute(f"INSERT INTO cu_customs ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608 -- names are of COLUMNS
        return int(made.lastrowid or 0)

    def change(self, cu_id: int, values: Mapping[str, str | None]) -> bool:
        """Change fields of a destination; False where there is none of that id."""
        sets = ", ".join(f"{name} = ?" for name in values)
        with self._write() as db:
            sql = f"UPDATE cu_customs SET {sets} WHERE cu_id = ?"  # noqa: S608 -- names are of COLUMNS
            return db.execute(sql, (*values.values(), cu_id)).rowcount == 1

    def remove(self, cu_id: int) -> bool:
        """Delete a destination, as a hand on the PBX's own pages can; False where there is none of that id."""
        with self._write() as db:
            return db.execute("DELETE FROM cu_customs WHERE cu_id = ?", (cu_id,)).rowcount == 1

    @property
    def _db(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA synchronous = {'NORMAL' if self._durable else 'OFF'}")
        with self._opening:
            self._opened.append(connection)
        return connection

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its start, so that it cannot fail half way for it."""
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")


def _fill(db: sqlite3.Connection) -> None:
    for tenant, destinations in demo_world.TENANTS.items():
        te_id = _tenant_id(db, tenant)
        for cu_id, name, ct_id, params in destinations:
            padded = (*params, *[None] * (len(PARAMS) - len(params)))
            marks = ", ".join("?" * len(COLUMNS))
            db.execute(f"INSERT INTO cu_customs VALUES ({marks})", (cu_id, te_id, name, ct_id, *padded))  # noqa: S608 -- marks alone


def _tenant_id(db: sqlite3.Connection, tenant: str) -> int:
    db.execute("INSERT OR IGNORE INTO te_tenants (te_code) VALUES (?)", (tenant,))
    (te_id,) = db.execute("SELECT te_id FROM te_tenants WHERE te_code = ?", (tenant,)).fetchone()
    return int(te_id)


def _text(row: tuple[object, ...]) -> Row:
    names = (*COLUMNS, "ct_name", "ct_description")
    return {name: None if value is None else str(value) for name, value in zip(names, row, strict=True)}
