"""Dialled calls and paused agents: the state behind the operations other than MANAGEDB, in the same file."""

from __future__ import annotations

import json
import secrets
import time
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.emulator.database import Database

CALL_SECONDS: Final = 30
"""The length of a dialled call."""


class Call(NamedTuple):
    """A call that DIAL queued. variables has the names of the dial plan (`DEMO-callid`); started is a Unix time."""

    id: str
    tenant: str
    source: str
    dest: str
    account: str
    variables: Mapping[str, str]
    started: float


class Pause(NamedTuple):
    """An agent that does not take calls of a queue at present."""

    tenant: str
    queue: str
    extension: str
    reason: str


class QueueEvent(NamedTuple):
    """One line of Asterisk's queue log. at is a Unix time, data Asterisk's term."""

    at: float
    tenant: str
    queue: str
    extension: str
    event: str
    data: str


class Telephony:
    """The calls and agents of one PBX. demo is true if it has the demo world's past too."""

    def __init__(self, database: Database) -> None:
        self._database = database
        (demo,) = database.connection.execute("SELECT demo FROM world").fetchone()
        self.demo = bool(demo)

    def dial(self, tenant: str, source: str, dest: str, account: str, variables: Mapping[str, str]) -> str:
        """Queue a call. Returns its id, which is as long as the document's."""
        call_id = secrets.token_hex(7)
        with self._database.write() as db:
            row = (call_id, tenant, source, dest, account, json.dumps(dict(variables)), time.time())
            db.execute("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return call_id

    def calls(self) -> list[Call]:
        """Every call that DIAL queued, oldest first."""
        rows = self._database.connection.execute("SELECT * FROM calls ORDER BY started")
        return [Call(**{**dict(zip(Call._fields, row, strict=True)), "variables": json.loads(row[5])}) for row in rows]

    def running(self) -> int:
        """The number of calls that have not ended."""
        since = time.time() - CALL_SECONDS
        (count,) = self._database.connection.execute(
            "SELECT COUNT(*) FROM calls WHERE started > ?", (since,)
        ).fetchone()
        return int(count)

    def pause(self, pause: Pause) -> None:
        """Pause an agent in a queue, or change the reason."""
        with self._database.write() as db:
            db.execute("INSERT OR REPLACE INTO pauses VALUES (?, ?, ?, ?)", pause)
            event = QueueEvent(time.time(), pause.tenant, pause.queue, pause.extension, "PAUSE", pause.reason)
            db.execute("INSERT INTO queue_events VALUES (?, ?, ?, ?, ?, ?)", event)

    def unpause(self, tenant: str, queue: str, extension: str) -> None:
        """End an agent's pause."""
        with self._database.write() as db:
            where = "tenant = ? AND queue = ? AND extension = ?"
            db.execute(f"DELETE FROM pauses WHERE {where}", (tenant, queue, extension))  # noqa: S608 -- a constant
            event = QueueEvent(time.time(), tenant, queue, extension, "UNPAUSE", "")
            db.execute("INSERT INTO queue_events VALUES (?, ?, ?, ?, ?, ?)", event)

    def pauses(self, tenant: str) -> list[Pause]:
        """A tenant's paused agents."""
        rows = self._database.connection.execute("SELECT * FROM pauses WHERE tenant = ? ORDER BY 2, 3", (tenant,))
        return [Pause(*row) for row in rows]

    def queue_events(self) -> list[QueueEvent]:
        """The entries of the queue log that pauses and their ends left, oldest first."""
        return [QueueEvent(*row) for row in self._database.connection.execute("SELECT * FROM queue_events ORDER BY at")]
