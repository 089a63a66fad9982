"""Makes a failing case smaller: leaves out one part after the other, as long as the case still fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.cases import draw

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.cases import Case
    from tests.chaos.invariants import Violated

#: A case depends on the timing of its threads, so it gets this many chances to fail again.
_CHANCES = 3


def shrink(
    seed: int, fails: Callable[[Case], Violated | None], first: Violated, without: frozenset[int] = frozenset()
) -> tuple[frozenset[int], Violated]:
    """Return the parts that can be left out with the same invariant still violated, and the last violation."""
    found, smaller = first, True
    while smaller:
        smaller = False
        for part in reversed(range(draw(seed).parts)):
            if part in without:
                continue
            case = draw(seed, without | {part})
            again = next(filter(None, (fails(case) for _ in range(_CHANCES))), None)
            if again is not None and again.name == found.name:
                without, found, smaller = without | {part}, again, True
    return without, found


def command(seed: int, without: frozenset[int]) -> str:
    """Return the command that replays a case."""
    rest = f" WITHOUT={','.join(map(str, sorted(without)))}" if without else ""
    return f"make campaign SEED={seed}{rest}"
