"""Calls that were dialled and agents that were paused: what the API does beside MANAGEDB, kept in the same file."""

from __future__ import annotations

import json
import secrets
import time
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.emulator.database import Database

CALL_SECONDS: Final = 30
"""How long a dialled call lasts here."""


class Call(NamedTuple):
    """A call that DIAL queued. variables have their names in the dial plan, `DEMO-callid`; started is a Unix time."""

    id: str
    tenant: str
    source: str
    dest: str
    account: str
    variables: Mapping[str, str]
    started: float


class Pause(NamedTuple):
    """An agent that takes no calls of a queue for now."""

    tenant: str
    queue: str
    extension: str
    reason: str


class QueueEvent(NamedTuple):
    """One line of the queue log, with what Asterisk calls its data; at is a Unix time."""

    at: float
    tenant: str
    queue: str
    extension: str
    event: str
    data: str


class Telephony:
    """The calls and agents of one PBX. demo says whether it has the demo world's past as well."""

    def __init__(self, database: Database) -> None:
        self._database = database
        (demo,) = database.connection.execute("SELECT demo FROM world").fetchone()
        self.demo = bool(demo)

    def dial(self, tenant: str, source: str, dest: str, account: str, variables: Mapping[str, str]) -> str:
        """Queue a call; returns its id, as long as the document's."""
        call_id = secrets.token_hex(7)
        with self._database.write() as db:
            row = (call_id, tenant, source, dest, account, json.dumps(dict(variables)), time.time())
            db.execute("INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return call_id

    def calls(self) -> list[Call]:
        """Every call that was dialled here, the oldest first."""
        found = self._database.connection.execute("SELECT * FROM calls ORDER BY started")
        return [Call(**{**dict(zip(Call._fields, row, strict=True)), "variables": json.loads(row[5])}) for row in found]

    def running(self) -> int:
        """How many calls are not over yet."""
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
        """Let an agent have calls again."""
        with self._database.write() as db:
            where = "tenant = ? AND queue = ? AND extension = ?"
            db.execute(f"DELETE FROM pauses WHERE {where}", (tenant, queue, extension))  # noqa: S608 -- a constant
            event = QueueEvent(time.time(), tenant, queue, extension, "UNPAUSE", "")
            db.execute("INSERT INTO queue_events VALUES (?, ?, ?, ?, ?, ?)", event)

    def pauses(self, tenant: str) -> list[Pause]:
        """A tenant's paused agents."""
        found = self._database.connection.execute("SELECT * FROM pauses WHERE tenant = ? ORDER BY 2, 3", (tenant,))
        return [Pause(*row) for row in found]

    def queue_events(self) -> list[QueueEvent]:
        """What pauses and their ends have left in the queue log, the oldest first."""
        return [QueueEvent(*row) for row in self._database.connection.execute("SELECT * FROM queue_events ORDER BY at")]
