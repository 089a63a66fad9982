"""The result of one check."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Status(str, Enum):
    """How a check ended. After a `WARNING` a plan still works, after a `FAILED` it does not."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"

    __str__ = str.__str__


class Check(NamedTuple):
    """One check: name, status and a message, which has the remedy if the check did not pass."""

    name: str
    status: Status
    message: str


def passed(name: str, message: str) -> Check:
    """Return a check that passed."""
    return Check(name, Status.OK, message)


def warned(name: str, message: str) -> Check:
    """Return a check that found something wrong which does not stop a plan."""
    return Check(name, Status.WARNING, message)


def failed(name: str, message: str) -> Check:
    """Return a check that found something which stops a plan."""
    return Check(name, Status.FAILED, message)
