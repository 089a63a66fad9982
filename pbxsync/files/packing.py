"""Rows of tenant files, packed: ten thousand tenants are held in memory, and one is looked at at a time."""

from __future__ import annotations

import marshal
import zlib
from typing import TYPE_CHECKING, TypeAlias

from pbxsync.model import Entry, Param, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Position or label, value, line, column (from 0).
ParamRow: TypeAlias = "tuple[str, str, int, int]"
#: Line, column, id, name, type, renamed_from, clear_unlisted, params.
Row: TypeAlias = "tuple[int, int, str | None, str | None, str | None, str | None, bool, tuple[ParamRow, ...]]"


def pack(rows: Sequence[Row]) -> bytes:
    """Return `rows` as few bytes, for this process alone."""
    return zlib.compress(marshal.dumps(list(rows)), 1)


def unpack(packed: bytes) -> list[Row]:
    """Return the rows that `pack` was given."""
    rows: list[Row] = marshal.loads(zlib.decompress(packed))  # noqa: S302 - from `pack`, never from outside
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
        params=tuple(Param(key, value, Place(file, at + 1, indent + 1)) for key, value, at, indent in params),
        renamed_from=old_name,
        clear_unlisted=clear,
    )
