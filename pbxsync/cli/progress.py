"""How far a stage is: one line on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pbxsync.cli.console import Console

#: Seconds before the line first appears, and between two redraws.
_DELAY: Final = 1.0
_REDRAW: Final = 0.2
_WIDTH: Final = 24


class ProgressBar:
    """Counts what is done of a known total."""

    def __init__(self, console: Console, label: str, total: int) -> None:
        self._console, self._label, self._total, self._done = console, label, total, 0
        self._started = self._drawn = time.monotonic()
        self._visible = False
        self._active = sys.stderr.isatty() and console.verbosity >= 0

    def done(self, count: int = 1) -> None:
        """Count `count` more as done. May be called from any thread."""
        self._done += count

    def tick(self) -> None:
        """Redraw, if it is time."""
        now = time.monotonic()
        if self._active and now - self._started > _DELAY and now - self._drawn > _REDRAW:
            self._drawn, self._visible = now, True
            self._console.progress(f"{self._label} {self._state()}")

    def _state(self) -> str:
        return f"{_bar(self._done, self._total)} {self._done:,} of {self._total:,}"

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._visible:
            self._console.progress("")


class DownloadBar(ProgressBar):
    """Counts the bytes of a download, whose size may be unknown (0)."""

    def _state(self) -> str:
        done = f"{self._done / 1e6:,.1f} MB"
        return f"{_bar(self._done, self._total)} {done} of {self._total / 1e6:,.1f} MB" if self._total else done


def _bar(done: int, total: int) -> str:
    return ("█" * round(min(1.0, done / max(1, total)) * _WIDTH)).ljust(_WIDTH, "·")
