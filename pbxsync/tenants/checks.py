"""Names within one tenant, over all its files: one name twice is a problem, names that nearly agree get a warning."""

from __future__ import annotations

import unicodedata
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.model.entry import Place, Problem
from pbxsync.text.sanitize import quote
from pbxsync.text.words import similar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pbxsync.tenants.spool import Row


class Checked(NamedTuple):
    """What is wrong and what is odd with the names of one tenant."""

    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()


_NOTHING: Final = Checked()


def check(files: Iterable[tuple[str, Sequence[Row]]]) -> Checked:
    """Check the names of one tenant: `files` are how each of its files is shown, and its rows, in order."""
    named = [(name, file, row) for file, rows in files for row in rows if (name := row[3]) is not None]
    if len({similar(name) for name, _, _ in named}) == len(named):
        return _NOTHING
    problems: list[Problem] = []
    warnings: list[Problem] = []
    first: dict[str, Place] = {}
    first_alike: dict[str, tuple[str, Place]] = {}
    for name, file, row in named:
        place = Place(file, row[0] + 1, row[1] + 1)
        if name in first:
            said = f"{quote(name)} is in this tenant already, at {first[name]}"
            problems.append(Problem(place, f"{said}: a name is unique in the files, twins are pinned by id alone"))
            continue
        first[name] = place
        near, near_place = first_alike.setdefault(similar(name), (name, place))
        if near != name:
            said = f"{quote(name)} differs from {quote(near)} at {near_place} only in {_difference(name, near)}"
            warnings.append(Problem(place, f"{said}: they are two destinations"))
    return Checked(problems, warnings)


def _difference(one: str, other: str) -> str:
    return " and ".join(_differences(one, other))


def _differences(one: str, other: str) -> Iterator[str]:
    if one.strip() == one and other.strip() == other:
        stripped = (one, other)
    else:
        yield "the blanks around it"
        stripped = (one.strip(), other.strip())
    if stripped[0] == stripped[1]:
        return
    composed = tuple(unicodedata.normalize("NFC", text) for text in stripped)
    if composed != stripped:
        yield "the encoding of its accents (Unicode normalisation)"
    if composed[0] != composed[1]:
        yield "capitals"


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
