"""The bytes of a file that somebody names: bounded in size, and never a pipe or device that would hang or not end."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from pbxsync.errors import UsageError
from pbxsync.text.sanitize import truncate

#: A tenant's file is some kilobytes; nothing that a person maintains comes near this.
LIMIT: Final = 10 * 1024 * 1024


class Unreadable(Exception):
    """A file whose bytes cannot be had; the text is the second half of a sentence about it."""


def read_bytes(path: str, limit: int = LIMIT) -> bytes:
    """Return the content of the regular file `path`; raise Unreadable for anything else and for more than `limit`."""
    try:
        # Not blocking, because opening a pipe waits for its other end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        raise Unreadable(f"cannot be read: {_reason(error)}") from None
    try:
        return _content(descriptor, limit)
    except OSError as error:
        raise Unreadable(f"cannot be read: {_reason(error)}") from None
    finally:
        os.close(descriptor)


def text_given(option: str, path: Path) -> str:
    """Return the text of the file that an option of the command line names. Raises UsageError."""
    try:
        return read_bytes(str(path)).decode("utf-8-sig")
    except Unreadable as error:
        raise UsageError(f"{option} {display(str(path))} {error}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{option} {display(str(path))} is not UTF-8") from None


def _content(descriptor: int, limit: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("is no regular file")
    if status.st_size > limit:
        raise Unreadable(_too_large(limit))
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        data = file.read(limit + 1)
    if len(data) > limit:  # it grew, or its size is not told (/proc)
        raise Unreadable(_too_large(limit))
    return data


def display(path: str) -> str:
    """Return `path` as messages show it: relative to the working directory where it is below it, and harmless."""
    # As text: folders may be links, and ten thousand Path objects cost a tenth of reading the files.
    shown = os.path.normpath(os.path.join(os.curdir, path))  # noqa: PTH118
    if shown.startswith(("/", "..")):
        here = Path.cwd()
        absolute = Path(os.path.normpath(here / shown))
        shown = str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)
    return truncate(os.fsencode(shown).decode("utf-8", "backslashreplace"), 5000)  # longer than any path can be


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)


def _too_large(limit: int) -> str:
    shown = f"{limit // 1024**2} MiB" if limit >= 1024**2 else f"{limit // 1024} KiB"
    return f"is larger than {shown}"
