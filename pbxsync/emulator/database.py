"""The SQLite file of one emulated PBX: its tables, the demo data of a new file, connections and transactions.

WAL mode with a long busy timeout lets threads and several processes use one file at once. Every thread has its own
connection.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final

from pbxsync.emulator import demo as demo_world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARAMS: Final = tuple(f"cu_param{n}" for n in range(1, 21))
COLUMNS: Final = ("cu_id", "cu_te_id", "cu_name", "cu_ct_id", *PARAMS)
"""The columns of a custom destination, in the order of a PBX's replies."""

_VERSION: Final = 1
_BUSY_SECONDS: Final = 30.0
_RETRY_SECONDS: Final = 0.01
_SCHEMA: Final = (
    "CREATE TABLE world (demo INTEGER NOT NULL)",
    "CREATE TABLE te_tenants (te_id INTEGER PRIMARY KEY AUTOINCREMENT, te_code TEXT NOT NULL UNIQUE)",
    "CREATE TABLE ct_customtypes (ct_id INTEGER PRIMARY KEY, ct_name TEXT NOT NULL, ct_description TEXT NOT NULL)",
    (
        "CREATE TABLE cu_customs (cu_id INTEGER PRIMARY KEY AUTOINCREMENT, cu_te_id INTEGER NOT NULL,"
        f" cu_name TEXT NOT NULL, cu_ct_id INTEGER NOT NULL, {', '.join(f'{param} TEXT' for param in PARAMS)})"
    ),
    "CREATE INDEX cu_by_tenant ON cu_customs (cu_te_id)",
    (
        "CREATE TABLE calls (call_id TEXT PRIMARY KEY, tenant TEXT NOT NULL, source TEXT NOT NULL, dest TEXT NOT NULL,"
        " account TEXT NOT NULL, variables TEXT NOT NULL, started REAL NOT NULL)"
    ),
    (
        "CREATE TABLE pauses (tenant TEXT NOT NULL, queue TEXT NOT NULL, extension TEXT NOT NULL, reason TEXT NOT NULL,"
        " PRIMARY KEY (tenant, queue, extension))"
    ),
    (
        "CREATE TABLE queue_events (at REAL NOT NULL, tenant TEXT NOT NULL, queue TEXT NOT NULL,"
        " extension TEXT NOT NULL, event TEXT NOT NULL, data TEXT NOT NULL)"
    ),
)


class Database:
    """One SQLite file. `durable` False is faster but not safe against a power cut: for a temporary file."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        self._path = path
        self._durable = durable
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._opening = threading.Lock()

    def create(self, *, demo: bool) -> None:
        """Create the tables, and with `demo` the demo world, unless the file has them already.

        Raises OSError if the file cannot be opened, is not an emulator's, or has another version.
        """
        _own_file(self._path)
        with ExitStack() as undo:
            undo.callback(self.close)
            try:
                self._use_wal()
                self._make(demo=demo)
            except sqlite3.DatabaseError as error:
                raise OSError(f"{self._path} cannot be used: {error}") from error
            undo.pop_all()

    def _use_wal(self) -> None:
        """Turn WAL on. SQLite's busy timeout does not cover this, and several processes may start at once."""
        end = time.monotonic() + _BUSY_SECONDS
        connection = self.connection  # outside the loop: a file that cannot be opened is not worth a retry
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(_RETRY_SECONDS)
            else:
                return

    def _make(self, *, demo: bool) -> None:
        # Checked inside the transaction: two processes may start with one new file.
        with self.write() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version == _VERSION:
                return
            if version:
                raise OSError(f"{self._path} cannot be used: another version of the emulator made it; use a new file")
            for statement in _SCHEMA:
                db.execute(statement)
            db.execute("INSERT INTO world VALUES (?)", (demo,))
            db.executemany("INSERT INTO ct_customtypes VALUES (?, ?, ?)", demo_world.TYPES)
            if demo:
                _fill(db)
            db.execute(f"PRAGMA user_version = {_VERSION}")

    def close(self) -> None:
        """Close the connections of all threads, which must be idle."""
        with self._opening:
            for connection in self._opened:
                connection.close()
            self._opened.clear()

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, for reading."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open()
        return connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction. It takes the write lock at its start, so it cannot fail half way for lack of it."""
        db = self.connection
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        with self._opening:
            self._opened.append(connection)
        connection.execute(f"PRAGMA synchronous = {'NORMAL' if self._durable else 'OFF'}")
        return connection


def _own_file(path: Path) -> None:
    """Create a missing file with mode 0600, which SQLite then uses for the files beside it. Raises OSError.

    Symbolic links are refused. An existing file is not opened here, because closing it again would release the locks that
    SQLite may hold on it in this process.
    """
    for file in (path, *(path.with_name(f"{path.name}-{kind}") for kind in ("wal", "shm", "journal"))):
        if file.is_symlink():
            raise OSError(f"{file} cannot be used: it is a symbolic link, which is never followed")
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def tenant_id(db: sqlite3.Connection, tenant: str, *, ignore_case: bool = False) -> int:
    """The numeric id of a tenant, assigned at first use."""
    collation = " COLLATE NOCASE" if ignore_case else ""
    known = db.execute(f"SELECT te_id FROM te_tenants WHERE te_code = ?{collation}", (tenant,)).fetchone()  # noqa: S608
    if known:
        return int(known[0])
    return int(db.execute("INSERT INTO te_tenants (te_code) VALUES (?)", (tenant,)).lastrowid or 0)


def _fill(db: sqlite3.Connection) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    te_ids = {tenant: tenant_id(db, tenant) for tenant in demo_world.TENANTS}
    for te_id, destinations in (
        *((te_ids[tenant], destinations) for tenant, destinations in demo_world.TENANTS.items()),
        (0, demo_world.SHARED),
    ):
        for cu_id, name, ct_id, params in destinations:
            padded = (*params, *[None] * (len(PARAMS) - len(params)))
            db.execute(f"INSERT INTO cu_customs VALUES ({marks})", (cu_id, te_id, name, ct_id, *padded))  # noqa: S608 -- marks alone
