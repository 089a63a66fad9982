"""Counts what a run sends, for the summary of `-v` and for people who wonder where the time went."""

from __future__ import annotations

import threading


class Counters:
    """Thread-safe counters: `requests` sent, of these `repeated`, and `refused` (429, or 503) by the server."""

    def __init__(self) -> None:
        self.requests = 0
        self.repeated = 0
        self.refused = 0
        self._lock = threading.Lock()

    def count(self, *, repeated: bool = False, refused: bool = False) -> None:
        """Count one request, or add to what is known of the one before."""
        with self._lock:
            self.requests += not (repeated or refused)
            self.repeated += repeated
            self.refused += refused
