"""Checks over all files: a name twice in one tenant, an id twice anywhere, names and types that look like mistakes."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.model.entry import Problem
from pbxsync.project.tables import TABLE_SUFFIX
from pbxsync.tenants.spool import place_of
from pbxsync.text.lookalike import look_alike_key
from pbxsync.text.sanitize import quote
from pbxsync.text.words import nearest, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pbxsync.model.entry import Place
    from pbxsync.project import Project
    from pbxsync.tenants.desired import Desired
    from pbxsync.tenants.spool import Row

#: Ids are compared one part at a time: a set of three million would take more memory than all the files.
_PARTS: Final = 16
#: How near an unknown type must be to a known one. The project need not list every type, so the rest gets no warning.
_NEAR: Final = 0.8
_BLANKS: Final = re.compile(r"\s+")


class NameChecks(NamedTuple):
    """What is wrong and what looks wrong with the names of one tenant."""

    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()


def check_names(files: Iterable[tuple[str, Sequence[Row]]], profiles: Sequence[str] = ()) -> NameChecks:
    """Check the names of one tenant. `files` are the path (for messages) and the rows of each of its files, in order.

    `profiles` are the paths of the profile files.
    """
    named = [(name, file, row) for file, rows in files for row in rows if (name := row[3]) is not None]
    if len({look_alike_key(name) for name, _, _ in named}) == len(named):
        return NameChecks()
    problems: list[Problem] = []
    warnings: list[Problem] = []
    first: dict[str, Place] = {}
    first_similar: dict[str, tuple[str, Place]] = {}
    for name, file, row in named:
        place = place_of(row, (file, *profiles))
        if name in first:
            use, other_use = place.use, first[name].use
            advice = "pin duplicates by id, without name"
            if use is not None and use == other_use:
                advice = "give the profile inputs that make them different"
            elif file.endswith(TABLE_SUFFIX) and use is not None:
                advice = "remove one of the two, or write the tenant in a tenant file, which has without:"
            elif use is not None or other_use is not None:
                advice = "leave one of them out with without:, or give it another name"
            message = f"{quote(name)} is already defined at {first[name]}. Names are unique within a tenant: {advice}"
            problems.append(Problem(place, message))
            continue
        first[name] = place
        near, near_place = first_similar.setdefault(look_alike_key(name), (name, place))
        if near != name:
            message = (
                f"{quote(name)} differs from {quote(near)} at {near_place} only in {_difference(name, near)}. They are"
                " two destinations: if that is a mistake, remove one"
            )
            warnings.append(Problem(place, message))
    return NameChecks(problems, warnings)


class PinnedIds:
    """Every id in the files, in eight bytes each. Their places are looked up only if an id is there twice."""

    def __init__(self) -> None:
        self._parts = [array("q") for _ in range(_PARTS)]

    def add(self, rows: Sequence[Row]) -> None:
        """Add the ids of the rows of one file."""
        for row in rows:
            if row[2] is not None:
                number = int(row[2])
                self._parts[number % _PARTS].append(number)

    def repeated(self) -> set[str]:
        """Return the ids that were added more than once."""
        repeated: set[str] = set()
        for part in self._parts:
            if len(set(part)) < len(part):
                repeated.update(str(number) for number, following in pairwise(sorted(part)) if number == following)
        return repeated


def check_ids(repeated: set[str], rows: Iterable[tuple[str, Row]], profiles: Sequence[str] = ()) -> Iterator[Problem]:
    """Yield a problem for every one of the `repeated` ids after its first. `rows` are all rows with their files."""
    first: dict[str, Place] = {}
    for file, row in rows:
        number = row[2]
        if number in repeated:
            place = place_of(row, (file, *profiles))
            if number in first:
                message = f"id {number} is already pinned at {first[number]}: remove one of the two"
                yield Problem(place, message)
            first.setdefault(number, place)


def misspelled_types(desired: Desired, project: Project) -> tuple[Problem, ...]:
    """Return a warning for each destination whose type is unknown to the project but close to a known one.

    A destination of a profile gets one warning, with the number of tenants that have it.
    """
    known = [name for name in project.types if not name.isdigit()]
    unknown = [name for name in desired.types if name not in project.types and not name.isdigit()]
    meant = {name: near for name in unknown if (near := nearest(name, known, _NEAR)) is not None}
    if not meant:
        return ()
    found = Counter(
        (entry.place._replace(use=None), entry.type, entry.place.use is not None)
        for tenant in desired.tenants
        for entry in desired.entries(tenant)
        if entry.type is not None and entry.type in meant
    )
    warnings = []
    for (place, name, is_shared), count in found.items():
        uses = f" ({plural(count, 'use')} of this profile)" if is_shared else ""
        near = f"did you mean {quote(meant[name])}?"
        message = f"the project has no type {quote(name)} ({near}). `pbxsync types` lists the types of the PBX{uses}"
        warnings.append(Problem(place, message))
    return tuple(warnings)


def _difference(name: str, other: str) -> str:
    """Return in what two similar names differ."""
    differences = []
    if name.strip() != name or other.strip() != other:
        differences.append("leading or trailing blanks")
    pair = (name.strip(), other.strip())
    composed = (unicodedata.normalize("NFC", pair[0]), unicodedata.normalize("NFC", pair[1]))
    if pair[0] != pair[1] and composed != pair:
        differences.append("the encoding of its accents (Unicode normalisation)")
    if _BLANKS.findall(composed[0]) != _BLANKS.findall(composed[1]):
        differences.append("the blanks between its words")
    joined = [_BLANKS.sub(" ", text) for text in composed]
    folded = [unicodedata.normalize("NFC", text.casefold()) for text in joined]
    if folded[0] != folded[1]:
        escaped = any(sign in name + other for sign in "&\\")
        differences.append("escapes" if escaped else "characters that look the same")
    elif joined[0] != joined[1]:
        differences.append("letter case")
    return " and ".join(differences)
