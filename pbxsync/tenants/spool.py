"""Where packed rows wait for their turn: the first of them in memory, those of a fleet in a file without a name.

Ten thousand tenants are not looked at all at once, and the memory of a plan is not to grow with them.
"""

from __future__ import annotations

import marshal
import os
import weakref
from typing import Final, TypeAlias

from pbxsync.model.entry import Entry, Param, Place

#: What is put away: the bytes themselves, or where they are in the file (offset, length).
Slot: TypeAlias = "bytes | tuple[int, int]"

#: So much is kept in memory before a file is made.
IN_MEMORY: Final = 1024**2


class Spool:
    """Puts bytes away, and gives them back to any thread; the file is gone when this object is."""

    def __init__(self) -> None:
        self._kept = 0
        self._end = 0
        self._file: int | None = None

    def put(self, data: bytes) -> Slot:
        """Put `data` away; what a full disk does not take stays in memory."""
        if self._kept + len(data) > IN_MEMORY:
            try:
                return self._write(data)
            except OSError:
                pass
        self._kept += len(data)
        return data

    def get(self, slot: Slot) -> bytes:
        """Return what was put away."""
        if isinstance(slot, bytes):
            return slot
        offset, length = slot
        data = b"" if self._file is None else os.pread(self._file, length, offset)
        if len(data) != length:
            raise OSError("the temporary file that the tenant files were kept in was cut short")
        return data

    def _write(self, data: bytes) -> Slot:
        if self._file is None:
            self._file = _unnamed_file()
            weakref.finalize(self, os.close, self._file)
        if os.pwrite(self._file, data, self._end) != len(data):
            raise OSError("the disk is full")
        slot = (self._end, len(data))
        self._end += len(data)
        return slot


def _unnamed_file() -> int:
    """Return the descriptor of a file that nobody else can open."""
    import tempfile  # noqa: PLC0415 - small projects need no file

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


#: Position or label, value, line, column (from 0).
ParamRow: TypeAlias = "tuple[str, str, int, int]"
#: Line, column, id, name, type, renamed_from, clear_unlisted, params.
Row: TypeAlias = "tuple[int, int, str | None, str | None, str | None, str | None, bool, tuple[ParamRow, ...]]"


def pack(rows: list[Row]) -> bytes:
    """Return `rows` as bytes, for this process alone: a sixth of their weight as objects, about as long as their file."""
    return marshal.dumps(rows)


def unpack(packed: bytes) -> list[Row]:
    """Return the rows that `pack` was given."""
    rows: list[Row] = marshal.loads(packed)  # noqa: S302 - from `pack` alone
    return rows


def entry(row: Row, tenant: str, file: str) -> Entry:
    """Return the entry that `row` of `file` is."""
    line, column, number, name, kind, old_name, clear, params = row
    return Entry(
        tenant=tenant,
        place=Place(file, line + 1, column + 1),
        id=number,
        name=name,
        type=kind,
        params=tuple([Param(key, value, file, at + 1, indent + 1) for key, value, at, indent in params]),
        renamed_from=old_name,
        clear_unlisted=clear,
    )
