"""How many requests are in flight at a time: as many as the server takes gladly, never more than it was told.

Starts low, doubles each round trip while latency stays flat, halves on 429, 503 and time-outs, and from then on feels its
way back: up to just under what failed, and beyond only after a long while without trouble.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from pbxsync.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Callable

#: Where it starts: enough to learn from, too little to hurt.
_START: Final = 2
#: Latency counts as flat up to this multiple of the best seen, plus some milliseconds of noise.
_FLAT_FACTOR: Final = 2.5
_FLAT_SLACK: Final = 0.05
#: And as bad from here on: then it goes down by one.
_BAD_FACTOR: Final = 6.0
_BAD_SLACK: Final = 0.5
#: The weight of the newest latency in the running mean.
_WEIGHT: Final = 0.1
#: Answers without trouble before a level that failed is tried again; doubled each time it fails again.
_PATIENCE: Final = 200
#: How often one who may give up looks whether to; seconds.
_LOOK_EVERY: Final = 0.1
#: The longest pause that is waited for; where the server asks for a longer one, nothing more is sent.
LONGEST_PAUSE: Final = 120.0


class Withdrawn(Exception):
    """Who waited for a place does not want it any more."""


class ConcurrencyLimiter:
    """The gate of all requests to one PBX host. Thread safe."""

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
        """Wait for a place and take it; returns the monotonic time at which it was taken.

        Raises Withdrawn once `unless` is true: whoever waits here may wait for minutes; and Busy while the server wants to
        be left alone for longer than anybody waits.
        """
        with self._gate:
            while True:
                if unless is not None and unless():
                    raise Withdrawn
                now = time.monotonic()
                pause = self._paused_until - now
                if pause > LONGEST_PAUSE:
                    raise Busy(f"the PBX wants to be left alone for another {pause:,.0f} seconds", pause)
                if pause <= 0 and self._in_flight < int(self._limit):
                    self._in_flight += 1
                    return now
                longest = None if unless is None else _LOOK_EVERY
                self._gate.wait(min(pause, longest or pause) if pause > 0 else longest)

    def leave(self, entered: float, *, trouble: bool = False, retry_after: float | None = None) -> None:
        """Give the place back; `trouble` tells that the server had too much, `retry_after` how long to leave it alone."""
        now = time.monotonic()
        with self._gate:
            if trouble:
                self._cut(entered, now, retry_after)
            else:
                self._calmed(now - entered)
            self._in_flight -= 1
            self._gate.notify(2)

    def _cut(self, entered: float, now: float, retry_after: float | None) -> None:
        if retry_after:
            self._paused_until = max(self._paused_until, now + retry_after)
            self._gate.notify_all()
        if entered < self._cut_at:
            return  # sent before the last cut: it tells nothing new
        if self._known_bad <= self._in_flight:
            self._patience *= 2
        self._known_bad = max(2, self._in_flight)
        self._limit = max(1.0, min(self._limit, self._in_flight) / 2)
        self._steep, self._calm, self._cut_at = False, 0, now

    def _calmed(self, seconds: float) -> None:
        self._best = min(self._best, seconds)
        self._mean = seconds if not self._mean else self._mean + _WEIGHT * (seconds - self._mean)
        self._calm += 1
        if self._mean > self._best * _BAD_FACTOR + _BAD_SLACK:
            self._limit = max(1.0, self._limit - 1 / self._limit)
        elif self._mean <= self._best * _FLAT_FACTOR + _FLAT_SLACK:
            self._grow()

    def _grow(self) -> None:
        if self._calm >= self._patience:
            self._known_bad = min(self._ceiling + 1, self._known_bad + 1)
            self._calm = 0
        top = float(min(self._ceiling, self._known_bad - 1))
        step = 1.0 if self._steep else 1 / self._limit
        self._limit = max(self._limit, min(top, self._limit + step))
