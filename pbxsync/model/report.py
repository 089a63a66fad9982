"""The result of an apply: how each change ended, and what the run cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbxsync.model.plan import Change, Plan


class Status(str, Enum):
    """How one write of an apply ended.

    `done`: written and read back. `found done`: the answer was lost, but the read-back shows that it is done. `failed`:
    certainly not as planned. `unknown`: it may or may not be done. `not sent`: nothing was attempted.
    """

    DONE = "done"
    FOUND_DONE = "found done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"

    __str__ = str.__str__

    @property
    def good(self) -> bool:
        """Whether the PBX holds what the plan said."""
        return self in {Status.DONE, Status.FOUND_DONE}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A field that the PBX stored wrong. Both values are None if the field is sensitive."""

    field: str
    label: str | None
    wanted: str | None
    stored: str | None
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one change ended. `id` is that of the object, also of a new one; `message` is empty if all went well."""

    change: Change
    status: Status
    id: str | None
    message: str = ""
    mismatches: tuple[Mismatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a run cost: requests sent, repeated and refused, seconds by phase, and the last limit of requests at a time."""

    requests: int
    repeated: int
    refused: int
    seconds: tuple[tuple[str, float], ...]
    pace: int


@dataclass(frozen=True, slots=True)
class Report:
    """The result of an apply: one outcome per change, in the order of the plan.

    `stopped` says why no further change was begun, if that was not an interrupt. `before` counts the changes that were done
    before this run, which resumed another one. `saved`: what is left of a saved plan can be resumed. `declined` are the
    changes of the plan that nobody approved: they have no outcome.
    """

    outcomes: tuple[Outcome, ...]
    interrupted: bool = False
    stopped: str | None = None
    before: int = 0
    saved: bool = False
    declined: tuple[Change, ...] = ()
    journal: str | None = None
    traffic: Traffic | None = None

    @property
    def good(self) -> bool:
        """Whether every change is on the PBX and in the journal."""
        return self.stopped is None and all(outcome.status.good for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class Verification:
    """What `--verify` planned after an apply: `left` is the plan of what the files still ask for in `tenants` tenants.

    `left` is None if they could not be planned, and then `message` says why.
    """

    tenants: int
    left: Plan | None
    message: str = ""

    @property
    def good(self) -> bool:
        """Whether the PBX matches the files."""
        return self.left is not None and self.left.complete and not self.left.changes


@dataclass(frozen=True, slots=True)
class Result:
    """What a run made of a plan: what `apply --format` shows.

    `refused` says why nothing was sent at all. `verified` is None if the run was not to be verified, or was not good
    enough for it.
    """

    plan: Plan
    report: Report
    refused: str | None = None
    verified: Verification | None = None
