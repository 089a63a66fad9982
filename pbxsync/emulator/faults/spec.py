"""The syntax of a fault: `KIND[=VALUE] [NAME=VALUE …]`, separated by blanks.

status-503 retry-after=2 action=list tenant=DEMO n=3
reset-after-commit action=add n=2..5 times=1
latency=200ms p=0.1 seed=7
"""

from __future__ import annotations

import difflib
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from pbxsync.emulator.faults.catalog import FAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pbxsync.emulator.faults.base import Kind, Moment

MATCHERS: Final = {
    "reqtype": "reqtype; case does not count, `*` and `?` are wildcards",
    "object": "object; likewise",
    "action": "action (info for INFO); likewise",
    "tenant": "tenant code; case counts, `*` and `?` are wildcards",
    "objectid": "objectid; `*` and `?` are wildcards",
    "method": "GET or POST",
}
"""Which requests a fault matches. All matchers must agree."""

COUNTERS: Final = {
    "n": "only the n-th matching request (`n=3`), or a range (`n=2..5`, `n=4..`)",
    "every": "every n-th matching request",
    "times": "at most this many requests",
    "p": "each matching request with this probability, 0 to 1",
    "seed": "the seed of `p`, which makes a run reproducible",
}
"""Which of the matching requests are hit."""

_UNITS: Final = {"ms": 0.001, "s": 1.0}
_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s)?")
_RANGE: Final = re.compile(r"(\d+)(\.\.(\d*))?")


class FaultError(ValueError):
    """An invalid fault. The message quotes it and says what is wrong."""


@dataclass(frozen=True, slots=True)
class FaultSpec:
    """One parsed fault. value is in seconds if it is a time. first and last bound n; last 0 means no bound."""

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
        """The kind, followed by the moment if it is not the default one."""
        return self.kind.name if self.moment == self.kind.moment else f"{self.kind.name}-{self.moment}"


def read_specs(lines: Iterable[str], source: str) -> Iterator[FaultSpec]:
    """Read faults from the lines of a file, one per line; `#` starts a comment. Raises FaultError with source:line."""
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
        raise ValueError(f"{kind.name} does not take {', '.join(sorted(unknown))}; it takes {known}")
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
        p=_probability(given.get("p", "1")),
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
        f"unknown kind {name!r}" + (f"; did you mean {near[0]}?" if near else f"; the kinds are {', '.join(FAULTS)}")
    )


def _settings(words: list[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"{word!r} is not NAME=VALUE")
        if name in given:
            raise ValueError(f"{name} is given twice")
        given[name] = value
    return given


def _value(kind: Kind, text: str) -> float:
    if kind.unit is None:
        if text:
            raise ValueError(f"{kind.name} takes no value")
        return 0.0
    number = _NUMBER.fullmatch(text or f"{kind.default:g}")
    if not number or (number[2] and kind.unit not in _UNITS):
        raise ValueError(f"{text!r} is not " + ("a time such as 2s or 50ms" if kind.unit in _UNITS else "a number"))
    return float(number[1]) * _UNITS.get(number[2] or kind.unit, 1.0)


def _range(text: str) -> tuple[int, int]:
    bounds = _RANGE.fullmatch(text)
    if not bounds:
        raise ValueError(f"n={text} is not a number or range such as 3, 2..5 or 4..")
    return int(bounds[1]), int(bounds[3] or 0) if bounds[2] else int(bounds[1])


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _probability(text: str) -> float:
    with suppress(ValueError):
        probability = float(text)
        if 0 <= probability <= 1:
            return probability
    raise ValueError(f"p={text} is not a number between 0 and 1")
