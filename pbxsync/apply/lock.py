"""One apply at a time in a project on one machine.

The kernel holds the lock (flock), so a killed process leaves none behind. It does not work across machines: there, only the
re-read before each write and the list after the adds show what somebody else did.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from pbxsync.disk.atomic import reason
from pbxsync.disk.filelock import file_lock
from pbxsync.disk.linefile import own_folder
from pbxsync.errors import Locked
from pbxsync.project.state import STATE_VARIABLE
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

#: Seconds between two attempts to take the lock.
_PAUSE: Final = 0.1


@contextmanager
def locked(state: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock in the state folder of a project.

    Raises Locked if another apply holds it for longer than `wait` seconds, or if it cannot be used.
    """
    path = state / "lock"
    try:
        lock = file_lock()
        own_folder(state.parent, state.name)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    except OSError as error:
        raise Locked(_unusable(path, "opened", error)) from None
    try:
        _take(lock, file, path, time.monotonic() + wait)
        with suppress(OSError):  # on a full disk the lock works all the same, only without the id of its process
            os.ftruncate(file, 0)
            os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(file)


def _take(lock: Callable[[int], None], file: int, path: Path, until: float) -> None:
    while True:
        try:
            lock(file)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Locked(_held(file, path)) from None
            time.sleep(_PAUSE)
        except OSError as error:
            raise Locked(_unusable(path, "locked", error)) from None
        else:
            return


def _held(file: int, path: Path) -> str:
    process = ""
    with suppress(OSError):  # anything but an ordinary file can be locked, but not read
        process = os.pread(file, 20, 0).decode("ascii", "replace").strip()
    holder = f"process {process}" if process.isdigit() else "another process"
    return (
        f"another apply is running in this project folder ({holder} holds {sanitize(str(path))}): wait for it, or use"
        " --lock-timeout SECONDS"
    )


def _unusable(path: Path, action: str, error: OSError) -> str:
    return (
        f"{sanitize(str(path))} cannot be {action} ({reason(error)}), and without this lock two applies could run at once:"
        f" nothing was written. To keep the lock elsewhere, set {STATE_VARIABLE} to a folder"
    )
