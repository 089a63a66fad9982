"""Limits the requests in flight to what the server handles well, never more than the configured ceiling.

The limit starts low, doubles each round trip while latency stays flat, halves on 429, 503 and timeouts, and then grows back
slowly: to just under the level that failed, and beyond it only after a long time without trouble.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from pbxsync.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Callable

#: The first limit: enough to learn from, too little to hurt.
_START: Final = 2
#: Latency counts as flat up to this multiple of the best one seen, plus seconds of noise.
_FLAT_FACTOR: Final = 2.5
_FLAT_SLACK: Final = 0.05
#: Latency counts as bad from here on: then the limit goes down by one.
_BAD_FACTOR: Final = 6.0
_BAD_SLACK: Final = 0.5
#: The weight of the newest latency in the running mean.
_WEIGHT: Final = 0.1
#: Replies without trouble before a level that failed is tried again; doubled each time it fails again.
_PATIENCE: Final = 200
#: Seconds between two calls of `unless` while a caller waits.
_LOOK_EVERY: Final = 0.1
#: The longest pause in seconds that anybody waits for; if the server asks for a longer one, nothing more is sent.
LONGEST_PAUSE: Final = 120.0


class Withdrawn(Exception):
    """The caller's `unless` became true while it waited."""


class ConcurrencyLimiter:
    """Admits the requests to one host. Thread safe."""

    def __init__(self, ceiling: int) -> None:
        self._ceiling = max(1, ceiling)
        self._limit = float(min(_START, self._ceiling))
        self._in_flight = 0
        self._steep = True
        self._known_bad = self._ceiling + 1
        self._patience = _PATIENCE
        self._calm = 0
        self._best = float("inf")
        self._mean = 0.0
        self._paused_until = 0.0
        self._cut_at = 0.0
        self._gate = threading.Condition()

    @property
    def limit(self) -> int:
        """How many requests may be in flight now."""
        return int(self._limit)

    def enter(self, unless: Callable[[], object] | None = None) -> float:
        """Wait until one more request may be in flight; return the monotonic time at which it was admitted.

        Raises Withdrawn once `unless` is true, because the wait may take minutes, and Busy while the server asks for a
        pause longer than anybody waits.
        """
        with self._gate:
            while True:
                if unless is not None and unless():
                    raise Withdrawn
                now = time.monotonic()
                pause = self._paused_until - now
                if pause > LONGEST_PAUSE:
                    raise Busy(f"the PBX asked for a pause, which lasts another {pause:,.0f} seconds", pause)
                if pause <= 0 and self._in_flight < int(self._limit):
                    self._in_flight += 1
                    return now
                longest = None if unless is None else _LOOK_EVERY
                self._gate.wait(min(pause, longest or pause) if pause > 0 else longest)

    def leave(self, entered: float, *, trouble: bool = False, retry_after: float | None = None) -> None:
        """Note that a request has ended: whether the server had too much to do, and the pause in seconds it asked for."""
        now = time.monotonic()
        with self._gate:
            if trouble:
                self._cut(entered, now, retry_after)
            else:
                self._grow(now - entered)
            self._in_flight -= 1
            self._gate.notify(2)

    def _cut(self, entered: float, now: float, retry_after: float | None) -> None:
        if retry_after:
            self._paused_until = max(self._paused_until, now + retry_after)
            self._gate.notify_all()
        if entered < self._cut_at:
            return  # sent before the last cut, so it is no new evidence
        if self._known_bad <= self._in_flight:
            self._patience *= 2
        self._known_bad = max(2, self._in_flight)
        self._limit = max(1.0, min(self._limit, self._in_flight) / 2)
        self._steep, self._calm, self._cut_at = False, 0, now

    def _grow(self, seconds: float) -> None:
        self._best = min(self._best, seconds)
        self._mean = seconds if not self._mean else self._mean + _WEIGHT * (seconds - self._mean)
        self._calm += 1
        if self._mean > self._best * _BAD_FACTOR + _BAD_SLACK:
            self._limit = max(1.0, self._limit - 1 / self._limit)
        elif self._mean <= self._best * _FLAT_FACTOR + _FLAT_SLACK:
            if self._calm >= self._patience:
                self._known_bad = min(self._ceiling + 1, self._known_bad + 1)
                self._calm = 0
            top = float(min(self._ceiling, self._known_bad - 1))
            step = 1.0 if self._steep else 1 / self._limit
            self._limit = max(self._limit, min(top, self._limit + step))
