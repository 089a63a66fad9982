"""Holds the rows of tenant files packed: up to 1 MiB in memory, the rest in an anonymous temporary file.

Ten thousand tenants are never needed at once, so the memory of a plan does not grow with the fleet.
"""

from __future__ import annotations

import marshal
import os
import weakref
from typing import TYPE_CHECKING, Final, TypeAlias

from pbxsync.model.entry import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Position or label, value, line, column (from 0), and the number of the file that has it: 0 for the one that the rows are
#: of, else a profile (from 1).
ParamRow: TypeAlias = "tuple[str, str, int, int, int]"
#: One destination: line, column, id, name, type, renamed_from, clear_unlisted, params, and the number of the file as above.
#: If that is a profile, the last is the line and column of its use.
Row: TypeAlias = (
    "tuple[int, int, str | None, str | None, str | None, str | None, bool, tuple[ParamRow, ...], int,"
    " tuple[int, int] | None]"
)
#: Where the rows of one file are: the packed bytes themselves, or their offset and length in the temporary file.
Slot: TypeAlias = "bytes | tuple[int, int]"

#: How many bytes stay in memory before a file is made.
IN_MEMORY: Final = 1024**2


def place_of(row: Row, files: Sequence[str]) -> Place:
    """Return the place of a row; `files` are the one that it is of, and those of the profiles."""
    use = row[9]
    at_use = None if use is None else Place(files[0], use[0] + 1, use[1] + 1)
    return Place(files[row[8]], row[0] + 1, row[1] + 1, at_use)


class Spool:
    """Stores rows, and returns them to any thread. The temporary file goes when this object does."""

    def __init__(self) -> None:
        self._in_memory = 0
        self._end = 0
        self._file: int | None = None

    def put(self, rows: list[Row]) -> Slot:
        """Store `rows`. What does not fit on the disk stays in memory."""
        data = marshal.dumps(rows)  # a sixth of their weight as objects, about as long as their file
        if self._in_memory + len(data) > IN_MEMORY:
            try:
                return self._write(data)
            except OSError:
                pass
        self._in_memory += len(data)
        return data

    def get(self, slot: Slot) -> list[Row]:
        """Return the rows that `put` stored. Raises OSError if somebody cut the temporary file short."""
        data = slot
        if not isinstance(data, bytes):
            offset, length = data
            data = b"" if self._file is None else os.pread(self._file, length, offset)
            if len(data) != length:
                raise OSError("the temporary file of the tenant files was cut short: try again")
        rows: list[Row] = marshal.loads(data)  # noqa: S302 - written by `put` alone
        return rows

    def _write(self, data: bytes) -> Slot:
        if self._file is None:
            import tempfile  # noqa: PLC0415 - small projects need no file

            with tempfile.TemporaryFile() as file:
                self._file = os.dup(file.fileno())
            weakref.finalize(self, os.close, self._file)
        if os.pwrite(self._file, data, self._end) != len(data):
            raise OSError("the disk is full")
        slot = (self._end, len(data))
        self._end += len(data)
        return slot
