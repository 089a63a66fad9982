"""What became of each change of an apply, and what the run cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pbxsync.model.plan import Change


class Status(str, Enum):
    """How one write of an apply ended.

    `done`: written and read back. `found done`: the answer was lost, the read-back shows it done. `failed`: certainly
    not as planned, `message` says how. `unknown`: nobody can tell. `not sent`: nothing was attempted.
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
    """A field that reads back other than it was to be; both values are None where the field is sensitive."""

    field: str
    label: str | None
    wanted: str | None
    stored: str | None
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change: `id` is the object's, or the new one's; `message` is empty where all went well."""

    change: Change
    status: Status
    id: str | None
    message: str = ""
    mismatches: tuple[Mismatch, ...] = ()


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a run cost: requests sent, those refused or repeated, seconds by phase, and the pace it settled on."""

    requests: int
    repeated: int
    refused: int
    seconds: tuple[tuple[str, float], ...]
    pace: int


@dataclass(frozen=True, slots=True)
class Report:
    """The end of an apply: one outcome per change, in the order of the plan.

    `stopped` says why nothing new was begun from some point on, other than an interrupt.
    """

    outcomes: tuple[Outcome, ...]
    interrupted: bool = False
    stopped: str | None = None
    journal: str | None = None
    traffic: Traffic | None = None

    @property
    def good(self) -> bool:
        """Whether every change is on the PBX and can be told from the journal."""
        return self.stopped is None and all(outcome.status.good for outcome in self.outcomes)
