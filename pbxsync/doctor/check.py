"""One line of a diagnosis."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Mark(str, Enum):
    """How a check ended: `OK`, `ODD` (a plan works all the same) or `BAD` (it would stop a plan)."""

    OK = "ok"
    ODD = "warning"
    BAD = "failed"

    __str__ = str.__str__


class Check(NamedTuple):
    """What was looked at, how it is, and, where that is not well, what to do."""

    name: str
    mark: Mark
    message: str


def ok(name: str, message: str) -> Check:
    """Return a check that is well."""
    return Check(name, Mark.OK, message)


def odd(name: str, message: str) -> Check:
    """Return a check that is not well, but stops no plan."""
    return Check(name, Mark.ODD, message)


def bad(name: str, message: str) -> Check:
    """Return a check that would stop a plan."""
    return Check(name, Mark.BAD, message)
