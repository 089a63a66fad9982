"""The text in which a fault is ordered: `KIND[=VALUE] [NAME=VALUE …]`, parted by blanks.

status-503 retry-after=2 action=list tenant=DEMO n=3
reset-after-commit action=add n=2..5 times=1
latency=200ms p=0.1 seed=7
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pbxsync.emulator.faults.table import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pbxsync.emulator.faults.kind import Kind, Moment

MATCHERS: Final = {
    "reqtype": "reqtype, in any case; `*` and `?` stand for anything",
    "object": "object, the same way",
    "action": "action (info, for INFO), the same way",
    "tenant": "tenant code, case as sent; `*` and `?` stand for anything",
    "objectid": "the objectid sent",
    "method": "GET or POST",
}
"""Which requests a fault is for. All that are given must hold."""

COUNTERS: Final = {
    "n": "of these requests the n-th alone (`n=3`), or from one to another (`n=2..5`, `n=4..`)",
    "every": "of these requests every so manieth",
    "times": "at most so often",
    "p": "with this probability, 0 to 1",
    "seed": "what the probability is drawn from, so that a run can be had again",
}
"""Which of the requests that match are hit."""

_UNITS: Final = {"ms": 0.001, "s": 1.0}
_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s)?")
_RANGE: Final = re.compile(r"(\d+)(\.\.(\d*))?")


class FaultError(ValueError):
    """A fault that is not understood; the message quotes it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """One fault as ordered. value is in seconds where it is a time; first and last bound n, last 0 being no bound."""

    text: str
    kind: Kind
    value: float
    moment: Moment | None
    match: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    first: int = 1
    last: int = 0
    every: int = 1
    times: int = 0
    p: float = 1.0
    seed: str = "0"

    @classmethod
    def parse(cls, text: str) -> FaultSpec:
        """Read one fault. Raises FaultError."""
        try:
            return _parse(text)
        except ValueError as error:
            raise FaultError(f"fault {text!r}: {error}") from None

    @property
    def name(self) -> str:
        """The kind, with its moment where it is not the usual one."""
        return self.kind.name if self.moment == self.kind.moment else f"{self.kind.name}-{self.moment}"


def read_specs(lines: Iterable[str], source: str) -> Iterator[FaultSpec]:
    """Read faults from the lines of a file: one a line, `#` starts a comment. Raises FaultError with source:line."""
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if text:
            try:
                yield _parse(text)
            except ValueError as error:
                raise FaultError(f"{source}:{number}: fault {text!r}: {error}") from None


def _parse(text: str) -> FaultSpec:
    head, *rest = text.split() or [""]
    name, _, value = head.partition("=")
    kind, moment = _kind(name)
    given = _settings(rest)
    unknown = given.keys() - {*MATCHERS, *COUNTERS, *kind.options}
    if unknown:
        known = ", ".join([*MATCHERS, *COUNTERS, *kind.options])
        raise ValueError(f"{kind.name} takes no {', '.join(sorted(unknown))}; there are {known}")
    first, last = _range(given.get("n", "1.."))
    return FaultSpec(
        text=text,
        kind=kind,
        value=_value(kind, value),
        moment=moment,
        match={**kind.only, **{name: given[name] for name in MATCHERS if name in given}},
        options={name: given[name] for name in kind.options if name in given},
        first=first,
        last=last,
        every=_whole(given.get("every", "1")),
        times=_whole(given["times"]) if "times" in given else 0,
        p=_share(given.get("p", "1")),
        seed=given.get("seed", "0"),
    )


def _kind(name: str) -> tuple[Kind, Moment | None]:
    if name in FAULTS:
        return FAULTS[name], FAULTS[name].moment
    moments: tuple[Moment, Moment] = ("before", "after-commit")
    for moment in moments:
        kind = FAULTS.get(name.removesuffix(f"-{moment}"))
        if kind and kind.moment:
            return kind, moment
    near = difflib.get_close_matches(name, FAULTS, 1)
    raise ValueError(
        f"no kind {name!r}" + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(FAULTS)}")
    )


def _settings(words: list[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is no NAME=VALUE")
        if name in given:
            raise ValueError(f"{name} is given twice")
        given[name] = value
    return given


def _value(kind: Kind, text: str) -> float:
    if kind.unit is None:
        if text:
            raise ValueError(f"{kind.name} takes no value")
        return 0.0
    found = _NUMBER.fullmatch(text or f"{kind.default:g}")
    if not found or (found[2] and kind.unit not in _UNITS):
        raise ValueError(f"{text!r} is no number" + (" of s or ms" if kind.unit in _UNITS else ""))
    return float(found[1]) * _UNITS.get(found[2] or kind.unit, 1.0)


def _range(text: str) -> tuple[int, int]:
    found = _RANGE.fullmatch(text)
    if not found:
        raise ValueError(f"n={text} is neither 3 nor 2..5 nor 4..")
    return int(found[1]), int(found[3] or 0) if found[2] else int(found[1])


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{text!r} is no whole number from 1")
    return int(text)


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError(f"p={text} is not from 0 to 1")
    return share
