"""The SQLite file of one emulated PBX: its tables, the world that a new one is filled with, connections, transactions.

WAL mode with a long busy timeout, so that threads and several processes may use one file at once. Every thread has a
connection of its own.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final

from pbxsync.emulator import demo as world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARAMS: Final = tuple(f"cu_param{n}" for n in range(1, 21))
COLUMNS: Final = ("cu_id", "cu_te_id", "cu_name", "cu_ct_id", *PARAMS)
"""The columns of a custom destination, in the order in which a PBX lists them."""

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
    """One file. `durable` False trades its safety over a power cut for speed, for a file that goes away anyhow."""

    def __init__(self, path: Path, *, durable: bool) -> None:
        self._path = path
        self._durable = durable
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._opening = threading.Lock()

    def create(self, *, demo: bool) -> None:
        """Make the tables, and the demo world where that is wanted, unless the file has them already.

        Raises OSError where the file is none of an emulator, or of one that keeps it otherwise.
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
        """Turn WAL on. SQLite's busy time-out does not hold for this, and several processes may be starting."""
        end = time.monotonic() + _BUSY_SECONDS
        connection = self.connection  # what cannot be opened at all is no matter of waiting
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
        # Looked at inside the transaction: two processes may be starting on one new file.
        with self.write() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version == _VERSION:
                return
            if version:
                raise OSError(f"{self._path} cannot be used: it is not of this version of the emulator")
            for statement in _SCHEMA:
                db.execute(statement)
            db.execute("INSERT INTO world VALUES (?)", (demo,))
            db.executemany("INSERT INTO ct_customtypes VALUES (?, ?, ?)", world.TYPES)
            if demo:
                _fill(db)
            db.execute(f"PRAGMA user_version = {_VERSION}")

    def close(self) -> None:
        """Close the connections of all threads; none may be at work."""
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
        """One transaction that holds the write lock from its start, so that it cannot fail for it half way."""
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
    """Make the file where it is missing, for its owner alone, as SQLite then makes those beside it. Raises OSError.

    None of them is ever reached through a symlink. One that is there is not opened here: to close it again would take the
    locks away that SQLite may hold on it in this process.
    """
    for each in (path, *(path.with_name(f"{path.name}-{kind}") for kind in ("wal", "shm", "journal"))):
        if each.is_symlink():
            raise OSError(f"{each} cannot be used: it is a symbolic link, which is never followed")
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def tenant_id(db: sqlite3.Connection, tenant: str) -> int:
    """The number of a tenant, which gets one when it first needs it."""
    db.execute("INSERT OR IGNORE INTO te_tenants (te_code) VALUES (?)", (tenant,))
    (te_id,) = db.execute("SELECT te_id FROM te_tenants WHERE te_code = ?", (tenant,)).fetchone()
    return int(te_id)


def _fill(db: sqlite3.Connection) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    for tenant, destinations in world.TENANTS.items():
        te_id = tenant_id(db, tenant)
        for cu_id, name, ct_id, params in destinations:
            padded = (*params, *[None] * (len(PARAMS) - len(params)))
            db.execute(f"INSERT INTO cu_customs VALUES ({marks})", (cu_id, te_id, name, ct_id, *padded))  # noqa: S608 -- marks alone
