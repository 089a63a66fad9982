"""The request log: an entry per request, in memory and optionally as JSON lines in a file."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One request and its answer.

    n counts from 1 in the order of arrival. reqtype, object and action are upper case, action being `info` for INFO; cache
    is lower case. params lacks the key. started and finished are monotonic seconds; finished is before the answer is sent.
    in_flight is the number of requests at work on arrival, this one included. committed is true if the store was
    changed. status is 0 if no answer was sent. fault names the faults that hit the request.
    """

    n: int
    path: str
    method: str
    reqtype: str
    object: str
    action: str
    tenant: str
    objectid: str
    cache: str | None
    params: Mapping[str, str]
    key_kind: str | None
    started: float
    finished: float
    in_flight: int
    committed: bool
    status: int
    reply: str
    fault: str | None = None


class RequestLog:
    """The log of one emulator. Thread safe."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._entries: list[LogEntry] = []
        self._count = 0
        self._in_flight = 0
        self._file: IO[str] | None = _opened(path) if path else None

    def arrived(self, limit: int | None) -> tuple[int, int, bool]:
        """Count a request in. Returns its number, the number of requests at work and whether that is within the limit.

        A request beyond the limit is not counted as at work: it must not take another one's place.
        """
        with self._lock:
            self._count += 1
            at_work = self._in_flight + 1
            admitted = limit is None or at_work <= limit
            self._in_flight += admitted
            return self._count, at_work, admitted

    @property
    def at_work(self) -> int:
        """The number of requests at work now."""
        with self._lock:
            return self._in_flight

    def left(self) -> None:
        """Count a request out. Call it before the last byte is sent: the client may send the next request at once."""
        with self._lock:
            self._in_flight -= 1

    def add(self, entry: LogEntry) -> None:
        """Append an entry, to the file too if there is one."""
        with self._lock:
            self._entries.append(entry)
            if self._file:
                self._file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
                self._file.flush()

    def entries(self) -> list[LogEntry]:
        """All entries since the last `clear`, in the order of arrival."""
        with self._lock:
            return sorted(self._entries, key=lambda entry: entry.n)

    def clear(self) -> None:
        """Discard the entries in memory. Numbering continues; the file is not changed."""
        with self._lock:
            self._entries.clear()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None


def _opened(path: Path) -> IO[str]:
    """Open a file with mode 0600 for appending; symbolic links are followed only in /dev. Raises OSError."""
    no_follow = 0 if str(path.parent) == "/dev" else os.O_NOFOLLOW
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | no_follow, 0o600)
    return os.fdopen(handle, "a", encoding="utf-8")
