"""Writes files with live data: whole or not at all, readable by their owner only, and never through a symlink."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

_REASONS: Final = {
    errno.ENOENT: "there is no such file or folder",
    errno.ENOTDIR: "part of its path is not a folder",
    errno.EEXIST: "it is not a folder",
    errno.EISDIR: "it is a folder",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is exceeded",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "it is a symbolic link, which pbxsync never follows: remove it, or name another file",
}


def reason(error: OSError) -> str:
    """Return why a file could not be used, without its path, which the caller names and sanitizes."""
    if error.errno is None:
        return str(error)
    return _REASONS.get(error.errno, os.strerror(error.errno).lower())


def write(path: Path, content: bytes) -> None:
    """Write `content` to `path` as `replacing` does. Raises OSError."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a temporary file with mode 0600 that replaces the file at `path` when the block ends.

    It is flushed to disk before it is renamed, so a reader finds the old file or the new one, even after a crash or on a
    full disk. If the block raises, the temporary file is removed. Raises OSError.
    """
    import tempfile  # noqa: PLC0415 - most runs write no file, and it loads much

    check(path)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=".part")  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)  # noqa: PTH105 - `beside` is a plain name from tempfile
    except BaseException:  # also for ^C
        with suppress(OSError):
            os.unlink(beside)  # noqa: PTH108 - as above
        raise
    sync_folder(path.parent)


def check(path: Path) -> None:
    """Raise OSError if no file can be written to `path`, as far as that is known without trying."""
    if not path.parent.is_dir():
        raise OSError("its folder does not exist: create it first")
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if path.is_dir():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.exists() and not path.is_file():
        raise OSError("it is not a regular file")
    if not os.access(path.parent, os.W_OK):
        read_only = os.statvfs(path.parent).f_flag & os.ST_RDONLY
        code = errno.EROFS if read_only else errno.EACCES
        raise OSError(code, os.strerror(code))


def sync_folder(folder: Path) -> None:
    """Flush a rename to disk. Errors are ignored: some file systems cannot do this, and the content is safe already."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
