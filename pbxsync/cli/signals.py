"""^C, SIGTERM and SIGHUP during an apply: the first lets the writes in flight finish, the second ends it at once."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from types import FrameType

_MESSAGE: Final = b"\ninterrupted: finishing the writes in flight and reading them back; once more to end at once\n"


@contextmanager
def handle_interrupts(interrupted: threading.Event) -> Iterator[None]:
    """Set `interrupted` at the first signal. The second ends the process at once; its journal is already on the disk."""

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        if interrupted.is_set():
            os._exit(130)
        interrupted.set()
        with suppress(OSError):
            os.write(2, _MESSAGE)  # not through the console: the signal may interrupt it while it writes

    before = {number: signal.signal(number, handle) for number in _numbers()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _numbers() -> list[int]:
    """Return the signals to handle. nohup ignores SIGHUP, and so does an apply then; Windows has no SIGHUP."""
    hangup: int | None = getattr(signal, "SIGHUP", None)
    if hangup is None or signal.getsignal(hangup) is signal.SIG_IGN:
        return [signal.SIGINT, signal.SIGTERM]
    return [signal.SIGINT, signal.SIGTERM, hangup]
