"""What was asked and answered: a record for every request, in memory and, where wanted, as JSON lines in a file."""

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
    """One request that was handled.

    n counts from 1 in the order of arrival. reqtype, object and action are in capitals, action being `info` for INFO;
    cache is in small letters. params lacks the key. started and finished are monotonic seconds; finished is when the
    answer was decided, which is before its last byte is sent. in_flight counts the requests at work when this one
    arrived, itself included. committed says whether it changed the store. status is 0 where no answer was sent. fault
    names what went wrong on purpose.
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
    """The records of one emulator. Thread safe."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._records: list[LogEntry] = []
        self._count = 0
        self._in_flight = 0
        self._file: IO[str] | None = _opened(path) if path else None

    def arrived(self, limit: int | None) -> tuple[int, int, bool]:
        """Count a request in: its number, how many are at work with it, and whether that is within the limit.

        One that is over the limit is counted out again at once, so that refusing it takes no other one's place.
        """
        with self._lock:
            self._count += 1
            at_work = self._in_flight + 1
            welcome = limit is None or at_work <= limit
            self._in_flight += welcome
            return self._count, at_work, welcome

    @property
    def at_work(self) -> int:
        """How many requests are at work now."""
        with self._lock:
            return self._in_flight

    def left(self) -> None:
        """Count a request out. To be called before its last byte is sent: its client may be back at once."""
        with self._lock:
            self._in_flight -= 1

    def add(self, record: LogEntry) -> None:
        """Keep a record, and write it where there is a file."""
        with self._lock:
            self._records.append(record)
            if self._file:
                self._file.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")
                self._file.flush()

    def records(self) -> list[LogEntry]:
        """All records so far, in the order of arrival."""
        with self._lock:
            return sorted(self._records, key=lambda record: record.n)

    def clear(self) -> None:
        """Forget the records; the numbers go on, and the file stays as it is."""
        with self._lock:
            self._records.clear()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None


def _opened(path: Path) -> IO[str]:
    """Open a file to append to, for its owner alone and never through a symlink, but for those of /dev. Raises OSError."""
    straight = 0 if str(path.parent) == "/dev" else os.O_NOFOLLOW
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | straight, 0o600)
    return os.fdopen(handle, "a", encoding="utf-8")
