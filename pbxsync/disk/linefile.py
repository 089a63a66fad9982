"""A file of lines that is only appended to. Each line is on the disk before the call returns.

It may contain live data, so it has mode 0600, belongs to its owner only, and is never opened through a symlink. One
process at a time may use it.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.disk import atomic
from pbxsync.disk.filelock import file_lock

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK: Final = 64 * 1024


class LineFile:
    """Thread safe. `broken` says why nothing more can be written; None while it works."""

    def __init__(self, path: Path, *, read_only: bool = False, exclusive: bool = False) -> None:
        """Open or create a file; with `read_only`, open one without changing it; with `exclusive`, create one.

        Raises OSError, with `exclusive` also FileExistsError.
        """
        self.broken: str | None = None
        self._lock = threading.Lock()
        lock = file_lock()
        is_new = not path.exists()
        flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        creating = os.O_CREAT | os.O_EXCL if exclusive else os.O_CREAT
        self._file = os.open(path, flags if read_only else flags | creating, 0o600)
        try:
            self._take(lock)
            if not read_only:
                os.fchmod(self._file, 0o600)
            if is_new:
                atomic.sync_folder(path.parent)
        except BaseException:
            os.close(self._file)
            raise

    def _take(self, lock: Callable[[int], None]) -> None:
        """Lock the file until it is closed. Raises OSError, also if it may not hold live data."""
        status = os.fstat(self._file)
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is not a regular file")
        if status.st_uid != os.geteuid():
            raise OSError("it belongs to another user")
        try:
            lock(self._file)
        except BlockingIOError:
            raise OSError("another process is writing it") from None

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def first_line(self) -> bytes:
        """Return the first line, with its line end if it has one; nothing if the file is empty."""
        return b"".join(os.pread(self._file, _BLOCK, 0).partition(b"\n")[:2])

    def drop_unfinished(self) -> None:
        """Remove what follows the last line end, because its process was killed while writing it. Raises OSError."""
        size = at = os.fstat(self._file).st_size
        while at > 0:
            start = max(0, at - _BLOCK)
            end = os.pread(self._file, at - start, start).rfind(b"\n")
            if end >= 0:
                at = start + end + 1
                break
            at = start
        if at < size:
            os.ftruncate(self._file, at)

    def append(self, line: bytes) -> None:
        """Append a line, whole or not at all. Raises OSError; after that every further line raises it too."""
        with self._lock:
            if self.broken is not None:
                raise OSError(self.broken)
            size = os.fstat(self._file).st_size
            try:
                rest = line + b"\n"
                while rest:
                    rest = rest[os.write(self._file, rest) :]
                os.fsync(self._file)
            except OSError as error:
                self.broken = atomic.reason(error)
                with suppress(OSError):  # an unfinished line counts as not written
                    os.ftruncate(self._file, size)
                raise OSError(self.broken) from None


def is_there(path: Path) -> bool:
    """Whether there is a file at `path`. Raises OSError if it is missing and cannot be created."""
    try:
        path.lstat()
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise OSError("its folder does not exist: create it first") from None
        with tempfile.TemporaryFile(dir=path.parent):
            return False
    return True


def folder_for(path: Path) -> Path:
    """Create the folder of a file; one below a `.pbxsync` as `own_folder` does. Raises OSError."""
    above, own, below = str(path.parent).partition("/.pbxsync")
    if own and (not below or below.startswith("/")):
        Path(above).mkdir(parents=True, exist_ok=True)
        return own_folder(Path(above), ".pbxsync", *(part for part in below.split("/") if part))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.parent


def own_folder(root: Path, *parts: str) -> Path:
    """Return a folder below `root` that only its owner can read, created if needed.

    Raises OSError, also if a part of it is a symlink: one that came with the files of a project may lead anywhere.
    """
    path = root
    for part in parts:
        path = path / part
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
            if path.parent == root:
                path.joinpath(".gitignore").write_text("*\n")  # it contains live data, which must not be committed
        found = path.lstat().st_mode
        if stat.S_ISLNK(found):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if not stat.S_ISDIR(found):
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return path
