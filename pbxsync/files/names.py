"""Names within one tenant, over all its files: one name twice is a problem, names that nearly agree get a warning."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.entry import Place, Problem
from pbxsync.text.alike import alike
from pbxsync.text.inert import cited

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pbxsync.files.packing import Row


class Checked(NamedTuple):
    """What is wrong and what is odd with the names of one tenant."""

    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()


_NOTHING: Final = Checked()


def check(files: Iterable[tuple[str, Sequence[Row]]]) -> Checked:
    """Check the names of one tenant: `files` are how each of its files is shown, and its rows, in order."""
    named = [(name, file, row) for file, rows in files for row in rows if (name := row[3]) is not None]
    if len({alike(name) for name, _, _ in named}) == len(named):
        return _NOTHING
    problems: list[Problem] = []
    warnings: list[Problem] = []
    first: dict[str, Place] = {}
    first_alike: dict[str, tuple[str, Place]] = {}
    for name, file, row in named:
        place = Place(file, row[0] + 1, row[1] + 1)
        if name in first:
            said = f"{cited(name)} is in this tenant already, at {first[name]}"
            problems.append(Problem(place, f"{said}: a name is unique in the files, twins are pinned by id alone"))
            continue
        first[name] = place
        near, near_place = first_alike.setdefault(alike(name), (name, place))
        if near != name:
            said = f"{cited(name)} differs from {cited(near)} at {near_place} only in {_difference(name, near)}"
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
