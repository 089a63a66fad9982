"""The standard streams, whose writes are whole, and the width of the terminal. Light, because `--help` needs both."""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from contextlib import suppress
from typing import TextIO

from pbxsync.errors import OutputError


def columns() -> int:
    """Terminal width, else 80: shutil.get_terminal_size without its import cost."""
    given = os.environ.get("COLUMNS", "")
    if given.isascii() and given.isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80 if sys.__stdout__ else 80
    except (OSError, ValueError):
        return 80


def open_streams() -> None:
    """Make every write to standard output and standard error whole, and open something in place of closed streams.

    A closed stream is replaced so that no other file gets its number. That of standard output cannot be written: a result
    that nobody gets is an error.
    """
    for name, flags, mode in (("stdin", os.O_RDONLY, "r"), ("stdout", os.O_RDONLY, "w"), ("stderr", os.O_WRONLY, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, flags), mode, encoding="utf-8"))
    sys.stdout = _text(_Results(sys.stdout.fileno()), sys.stdout)
    sys.stderr = _text(_Messages(sys.stderr.fileno()), sys.stderr)


def write_all(file: int, data: bytes | memoryview) -> None:
    """Write all of `data` to a file descriptor, and wait if it does not take more now. Raises OSError.

    A raw write may be short: into a pipe, onto a full disk, or if the file does not block.
    """
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(file, rest) :]
        except BlockingIOError:
            select.select((), (file,), ())


class _Whole(io.RawIOBase):
    """The base of both streams. Python's own has no buffer if PYTHONUNBUFFERED is set, and then loses short writes."""

    def __init__(self, file: int) -> None:
        self._file = file

    def fileno(self) -> int:
        return self._file

    def isatty(self) -> bool:
        return os.isatty(self._file)

    def writable(self) -> bool:
        return True


class _Results(_Whole):
    """Standard output. Raises OutputError, because a result that is not whole is an error."""

    def write(self, data: memoryview) -> int:  # type: ignore[override] # BufferedWriter passes nothing else
        try:
            write_all(self._file, data)
        except OSError as error:
            # Python writes the rest of its buffer when it ends. It must not fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._file)
            if error.errno == errno.EPIPE:
                raise OutputError("") from None
            reason = "standard output is closed" if error.errno == errno.EBADF else error.strerror
            raise OutputError(f"the result cannot be written: {reason}") from None
        return len(data)


class _Messages(_Whole):
    """Standard error. If it cannot be written, the run goes on: an apply must not stop halfway."""

    def write(self, data: memoryview) -> int:  # type: ignore[override] # BufferedWriter passes nothing else
        with suppress(OSError):
            write_all(self._file, data)
        return len(data)


def _text(raw: io.RawIOBase, like: TextIO) -> TextIO:
    """Return a text stream over `raw` with the encoding of another one."""
    return io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=like.encoding, errors=like.errors, line_buffering=bool(like.line_buffering)
    )
