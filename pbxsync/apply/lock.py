"""One apply at a time in a project folder on one machine.

The lock is the kernel's (flock), so that no killed process leaves one behind. Across machines there is none to be had: that
is what the re-read before each write and the look for twins after it are for.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from pbxsync.disk.atomic import reason
from pbxsync.disk.linefile import own_folder
from pbxsync.errors import Locked
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOOK_EVERY: Final = 0.1


@contextmanager
def locked(folder: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of a project folder.

    Raises Locked where another apply has it for longer than `wait` seconds, and where there can be none.
    """
    path = folder / ".pbxsync" / "lock"
    try:
        own_folder(folder, ".pbxsync")
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
    except OSError as error:
        raise Locked(_unusable(path, "opened", error)) from None
    try:
        _take(file, path, time.monotonic() + wait)
        with suppress(OSError):  # on a full disk the lock holds all the same; only who has it is not told
            os.ftruncate(file, 0)
            os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(file)


def _take(file: int, path: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise Locked(_message(file, path)) from None
            time.sleep(_LOOK_EVERY)
        except OSError as error:
            raise Locked(_unusable(path, "locked", error)) from None
        else:
            return


def _message(file: int, path: Path) -> str:
    holder = ""
    with suppress(OSError):  # what is no ordinary file can be locked, but not read
        holder = os.pread(file, 20, 0).decode("ascii", "replace").strip()
    who = f"process {holder}" if holder.isdigit() else "another process"
    return (
        f"another apply runs in this project folder ({who} holds {sanitize(str(path))}): wait for it, or say --lock-timeout"
        " SECONDS"
    )


def _unusable(path: Path, what: str, error: OSError) -> str:
    return (
        f"{sanitize(str(path))} cannot be {what} ({reason(error)}), so that nothing keeps two applies apart: nothing was"
        " written"
    )
