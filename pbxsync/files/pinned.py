"""Ids that files pin: one id is one object on the whole PBX, so it stands in one place over all files and tenants."""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import TYPE_CHECKING

from pbxsync.entry import Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pbxsync.files.packing import Row

#: Ids are compared a part at a time: a set of three million would weigh more than all the files.
_PARTS = 16


class PinnedIds:
    """Every pinned id, in eight bytes each; where they stand is looked up only when one is there twice."""

    def __init__(self) -> None:
        self._parts = [array("q") for _ in range(_PARTS)]

    def add(self, rows: Sequence[Row]) -> None:
        """Note the ids of the rows of one file."""
        for row in rows:
            if row[2] is not None:
                number = int(row[2])
                self._parts[number % _PARTS].append(number)

    def problems(self, rows: Iterable[tuple[str, Row]]) -> Iterator[Problem]:
        """Yield a problem for every id after its first; `rows` are all rows with their files, in order."""
        repeated = {str(number) for part in self._parts for number in _repeated(part)}
        if not repeated:
            return
        first: dict[str, Place] = {}
        for file, row in rows:
            number = row[2]
            if number in repeated:
                place = Place(file, row[0] + 1, row[1] + 1)
                if number in first:
                    said = f"id {number} is pinned already, at {first[number]}: one object has one place in the files"
                    yield Problem(place, said)
                first.setdefault(number, place)


def _repeated(numbers: Sequence[int]) -> set[int]:
    if len(set(numbers)) == len(numbers):
        return set()
    ordered = sorted(numbers)
    return {number for number, following in pairwise(ordered) if number == following}
