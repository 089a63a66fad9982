"""^C and SIGTERM during an apply: the first lets what is in flight finish, the second ends at once."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from types import FrameType

_SAID: Final = b"\ninterrupted: finishing the writes in flight and reading them back; once more to end at once\n"


@contextmanager
def handle_interrupts(interrupted: threading.Event) -> Iterator[None]:
    """Set `interrupted` at the first signal; the second ends the process at once, its journal is on the disk already."""

    def heed(number: int, frame: FrameType | None) -> None:
        del number, frame
        if interrupted.is_set():
            os._exit(130)
        interrupted.set()
        with suppress(OSError):
            os.write(2, _SAID)  # not by way of the console, in the middle of whose writing this may be

    before = {number: signal.signal(number, heed) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
