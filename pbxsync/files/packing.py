"""Rows of tenant files, packed: ten thousand tenants are held in memory, and one is looked at at a time."""

from __future__ import annotations

import marshal
import zlib
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from pbxsync.entry import Entry, Param, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A sixth smaller than at level 1, for a millionth of a second more a row: this is what grows with the tenants.
_EFFORT: Final = 6
#: Position or label, value, line, column (from 0).
ParamRow: TypeAlias = "tuple[str, str, int, int]"
#: Line, column, id, name, type, renamed_from, clear_unlisted, params.
Row: TypeAlias = "tuple[int, int, str | None, str | None, str | None, str | None, bool, tuple[ParamRow, ...]]"


def pack(rows: Sequence[Row]) -> bytes:
    """Return `rows` as few bytes, for this process alone.

    They are turned into columns, lines into steps: what is alike then stands together, and packs twice as well.
    """
    if not rows:
        return b""
    lines, columns, *others, params = zip(*rows, strict=True)
    each_param = ((line, param) for line, given in zip(lines, params, strict=True) for param in given)
    flat = [(key, value, at - line, column) for line, (key, value, at, column) in each_param]
    counts = [len(given) for given in params]
    packed: Any = (_steps(lines), columns, *others, counts, list(zip(*flat, strict=True)))
    return zlib.compress(marshal.dumps(packed), _EFFORT)


def unpack(packed: bytes) -> list[Row]:
    """Return the rows that `pack` was given."""
    if not packed:
        return []
    steps, columns, *others, counts, flat = marshal.loads(zlib.decompress(packed))  # noqa: S302 - from `pack` alone
    lines = list(accumulate(steps))
    each_param = zip(*flat, strict=True)
    params = [
        tuple((key, value, line + step, column) for key, value, step, column in islice(each_param, count))
        for line, count in zip(lines, counts, strict=True)
    ]
    return list(zip(lines, columns, *others, params, strict=True))


def _steps(numbers: Sequence[int]) -> list[int]:
    return [number - before for before, number in zip((0, *numbers), numbers, strict=False)]


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
