"""Locks a file for one process at a time: the kernel releases the lock when the process ends, however it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def file_lock() -> Callable[[int], None]:
    """Return a function that locks an open file until it is closed, and raises BlockingIOError if another process has it.

    Raises OSError on a system that has no such locks.
    """
    try:
        import fcntl  # noqa: PLC0415 - Windows does not have it, and every other command works without it
    except ImportError:
        raise OSError("this system has no file locks: run pbxsync on Linux or macOS, or in WSL") from None
    return lambda file: fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
