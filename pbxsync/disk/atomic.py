"""Files that hold live data: written whole or not at all, for their owner alone, never through somebody's symlink."""

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
    errno.ENOTDIR: "a part of the path is no folder",
    errno.EEXIST: "it is no folder",
    errno.EISDIR: "it is a folder",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "it is a symbolic link, which is never followed: remove it, or name another file",
}


def reason(error: OSError) -> str:
    """Return why a file could not be used, in words without the path (which the caller names, made inert)."""
    if error.errno is None:
        return str(error)
    return _REASONS.get(error.errno, os.strerror(error.errno).lower())


def write(path: Path, content: bytes) -> None:
    """Put `content` at `path` as `replacing` does. Raises OSError."""
    with replacing(path) as file:
        file.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to that stands at `path` in the end, with mode 0600, in place of an ordinary file that is there.

    It is written beside it, flushed to disk and renamed, so that a reader, a crash or a full disk finds the old file or
    the new one. Where the block raises, nothing is left behind. Raises OSError.
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
    except BaseException:  # ^C too leaves nothing behind
        with suppress(OSError):
            os.unlink(beside)  # noqa: PTH108 - as above
        raise
    sync_folder(path.parent)


def check(path: Path) -> None:
    """Raise OSError where no file could be put at `path`, as far as can be told without a try."""
    if not path.parent.is_dir():
        raise OSError("its folder does not exist: make it first")
    if path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if path.is_dir():
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if path.exists() and not path.is_file():
        raise OSError("it is no ordinary file")
    if not os.access(path.parent, os.W_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))


def sync_folder(folder: Path) -> None:
    """Flush the rename itself; some file systems cannot, and the content is safe by then."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
