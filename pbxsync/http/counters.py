"""Counts what a run sends, for the summary of `-v`."""

from __future__ import annotations

import threading


class Counters:
    """Thread-safe counters: `requests` sent, of these `repeated`, and `refused` by the server (429, 503)."""

    def __init__(self) -> None:
        self.requests = 0
        self.repeated = 0
        self.refused = 0
        self._lock = threading.Lock()

    def count(self, *, repeated: bool = False, refused: bool = False) -> None:
        """Count one request; with a flag, add that fact to one that is counted already."""
        with self._lock:
            self.requests += not (repeated or refused)
            self.repeated += repeated
            self.refused += refused
