"""Shows the problems of files, and one that many places have only once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.model.entry import Place, Problem

#: A problem of more places than this is one line, which names as many of them.
_FEW: Final = 3


def folded(problems: Iterable[Problem], *, verbose: bool) -> list[str]:
    """Return a line for each problem. One that more than three places have is a single line, unless `verbose`."""
    places: dict[str, list[Place]] = defaultdict(list)
    lines: list[tuple[Problem, int]] = []
    for problem in problems:
        same = places[problem.message]
        same.append(problem.place)
        if verbose or len(same) <= _FEW:
            lines.append((problem, len(same)))
    return [
        str(problem) if verbose or len(places[problem.message]) <= _FEW else _line(problem, places[problem.message])
        for problem, number in lines
        if verbose or number == 1 or len(places[problem.message]) <= _FEW
    ]


def _line(problem: Problem, places: list[Place]) -> str:
    others = ", ".join(str(place) for place in places[1:_FEW])
    return f"{problem} (the same at {others} and {len(places) - _FEW:,} more; -v lists all)"
