"""Counts work instead of timing it: calls of the client's functions, and comparisons of names."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pbxsync

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_CLIENT = str(Path(pbxsync.__file__).parent)
_EMULATOR = str(Path(pbxsync.__file__).parent / "emulator")


def calls(work: Callable[[], object]) -> int:
    """Return how many functions the client calls for `work`, in all threads, those of the C level included."""
    counts: Counter[int] = Counter()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        file = frame.f_code.co_filename
        if event in {"call", "c_call"} and file.startswith(_CLIENT) and not file.startswith(_EMULATOR):
            counts[threading.get_ident()] += 1  # each thread its own: an addition to a shared one could get lost

    before = sys.getprofile()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
        threading.setprofile(None)
    return sum(counts.values())


def at_most_linear(few: int, many: int, times: int) -> bool:
    """Whether `times` as much input took at most `times` as much work, a tenth more for what is not quite even."""
    return 0 < many <= few * times * 1.1


class Name(str):
    """A name that counts how often it is compared or looked up, wherever that happens."""

    __slots__ = ()
    looks = 0

    def __eq__(self, other: object) -> bool:
        Name.looks += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        Name.looks += 1
        return str.__hash__(self)
