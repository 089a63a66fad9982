"""Reads files that somebody names: bounded in size, and never a pipe or device that would block or not end."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from pbxsync.errors import UsageError
from pbxsync.text.sanitize import truncate

#: A tenant's file has some kilobytes; nothing that a person maintains comes near this.
LIMIT: Final = 10 * 1024 * 1024


class Unreadable(Exception):
    """A file that cannot be read; the text completes a sentence that begins with its name."""


def read_bytes(path: str, limit: int = LIMIT) -> bytes:
    """Return the content of the regular file `path`. Raises Unreadable, also for more than `limit` bytes."""
    too_large = f"is larger than {limit // 1024**2} MiB" if limit >= 1024**2 else f"is larger than {limit // 1024} KiB"
    try:
        # Not blocking, because opening a pipe waits for its other end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("is not a regular file")
            if status.st_size > limit:
                raise Unreadable(too_large)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                data = file.read(limit + 1)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise Unreadable(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > limit:  # it grew, or the system does not report its size (/proc)
        raise Unreadable(too_large)
    return data


def read_option_file(option: str, path: Path) -> str:
    """Return the text of the file that an option of the command line names. Raises UsageError."""
    try:
        return read_bytes(str(path)).decode("utf-8-sig")
    except Unreadable as error:
        raise UsageError(f"{option} {display(str(path))} {error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{option} {display(str(path))} is not UTF-8: save it as UTF-8") from None


def display(path: str) -> str:
    """Return `path` for a message: relative to the working directory if it is below it, and sanitized."""
    # As text: folders may be links, and ten thousand Path objects cost a tenth of reading the files.
    shown = os.path.normpath(os.path.join(os.curdir, path))  # noqa: PTH118
    if shown.startswith(("/", "..")):
        here = Path.cwd()
        absolute = Path(os.path.normpath(here / shown))
        shown = str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)
    return truncate(os.fsencode(shown).decode("utf-8", "backslashreplace"), 5000)  # longer than any path can be
