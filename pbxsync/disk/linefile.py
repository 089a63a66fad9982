"""A file of lines that is only ever appended to, each line on the disk before the call returns.

It may hold live data: mode 0600, its owner's alone, never through somebody's symlink, and by one process at a time.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from pbxsync.disk import atomic

_PIECE: Final = 64 * 1024


class LineFile:
    """Thread safe. `broken` says why nothing more can be written, None while it works."""

    def __init__(self, path: Path, *, look_only: bool = False) -> None:
        """Open or make a file; with `look_only` one that is there, which stays as it is. Raises OSError."""
        self.broken: str | None = None
        self._lock = threading.Lock()
        made = not path.exists()
        flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        self._file = os.open(path, flags if look_only else flags | os.O_CREAT, 0o600)
        try:
            self._make_sure()
            if not look_only:
                os.fchmod(self._file, 0o600)
            if made:
                atomic.sync_folder(path.parent)
        except BaseException:
            os.close(self._file)
            raise

    def _make_sure(self) -> None:
        """Raise OSError for what is no file of ours alone."""
        found = os.fstat(self._file)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no ordinary file")
        if found.st_uid != os.geteuid():
            raise OSError("it belongs to somebody else")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OSError("another process writes it just now") from None

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def first_line(self) -> bytes:
        """Return the first line with its end, or what there is of it; nothing where the file is empty."""
        return b"".join(os.pread(self._file, _PIECE, 0).partition(b"\n")[:2])

    def drop_unfinished(self) -> None:
        """Take off what stands behind the last line end: the process that wrote it was killed. Raises OSError."""
        size = at = os.fstat(self._file).st_size
        while at > 0:
            start = max(0, at - _PIECE)
            end = os.pread(self._file, at - start, start).rfind(b"\n")
            if end >= 0:
                at = start + end + 1
                break
            at = start
        if at < size:
            os.ftruncate(self._file, at)

    def append(self, line: bytes) -> None:
        """Put a line to the disk, whole or not at all. Raises OSError, from then on for every line."""
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
                with suppress(OSError):  # what is left of the line is not finished, and so counts as not written
                    os.ftruncate(self._file, size)
                raise OSError(self.broken) from None


def is_there(path: Path) -> bool:
    """Whether there is a file to go on with at `path`. Raises OSError where there is none and none can be made."""
    try:
        path.lstat()
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise OSError("its folder does not exist: make it first") from None
        with tempfile.TemporaryFile(dir=path.parent):
            return False
    return True


def folder_for(path: Path) -> Path:
    """Make the folder of a file where it is missing; what is below a `.pbxsync` as `own_folder` does. Raises OSError."""
    above, own, below = str(path.parent).partition("/.pbxsync")
    if own and (not below or below.startswith("/")):
        Path(above).mkdir(parents=True, exist_ok=True)
        return own_folder(Path(above), ".pbxsync", *(part for part in below.split("/") if part))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.parent


def own_folder(root: Path, *parts: str) -> Path:
    """Return a folder below `root` for its owner alone, made where it is missing.

    Raises OSError, also where a part of it is a symlink: one that came with the files of a project may lead anywhere.
    """
    path = root
    for part in parts:
        path = path / part
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
            if path.parent == root:
                path.joinpath(".gitignore").write_text("*\n")  # it holds live data, and git would take it
        found = path.lstat().st_mode
        if stat.S_ISLNK(found):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if not stat.S_ISDIR(found):
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return path
