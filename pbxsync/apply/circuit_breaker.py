"""Why nothing new may start: an interrupt, a journal that cannot be written, a PBX that no longer answers."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Final

#: After this many writes in a row without a usable answer the PBX is gone, and going on would make things worse.
_ENOUGH_LOST: Final = 5


@dataclass
class CircuitBreaker:
    """Shared by all threads. The first reason stays; `interrupted` is set by signals.

    `adds_held` is why no further add may start, although updates may.
    """

    interrupted: threading.Event = field(default_factory=threading.Event)
    reason: str | None = None
    adds_held: str | None = None
    _lost: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def why(self) -> str | None:
        """Return why nothing new may start, None if it may."""
        return "the run was interrupted" if self.interrupted.is_set() else self.reason

    def stop(self, reason: str) -> None:
        """Let nothing new start, for this reason unless there is one already."""
        self.reason = self.reason or reason

    def hold_adds(self, reason: str) -> None:
        """Let no further add start, for this reason unless there is one already; updates go on."""
        self.adds_held = self.adds_held or reason

    def heard(self, *, answered: bool) -> None:
        """Count whether a write, or the read just before it, got a usable answer in the end."""
        with self._lock:
            self._lost = 0 if answered else self._lost + 1
            if self._lost >= _ENOUGH_LOST:
                self.stop(f"the PBX gave no usable answer to the last {_ENOUGH_LOST} writes")

    def wait(self, seconds: float) -> bool:
        """Wait, and return whether something new may still start."""
        return not self.interrupted.wait(seconds) and self.reason is None
