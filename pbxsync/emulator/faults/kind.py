"""What a kind of fault is, and the few things that all of them are made with."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request
    from pbxsync.emulator.server import ClientConnection

Moment = Literal["before", "after-commit"]


@dataclass(frozen=True, slots=True)
class Case:
    """One request on its way: what it asks, of which world, and the connection that it came on.

    url is the whole of it as the client sent it, key included, for the faults that echo it.
    """

    call: Request
    world: Backend
    line: ClientConnection
    url: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What one fault was told: its value (seconds, where it is a time), its moment and its further options.

    memory is for the kinds that remember something from one request to the next; hold the lock for it.
    """

    value: float
    moment: Moment | None
    options: Mapping[str, str]
    memory: dict[Any, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


if TYPE_CHECKING:
    Go = Callable[[Case], Answer]
    """The rest of the way: the other faults, then the operation itself."""
    Effect = Callable[[Setting, Case, Go], Answer]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault, with all that the parser and the documentation need to know of it.

    unit None is a kind without a value; "s" and "ms" are times. moment is the one it has unless the name says
    otherwise, None for the kinds that have no choice. only are the matchers that hold unless others are given.
    """

    name: str
    about: str
    effect: Effect
    unit: Literal["s", "ms", "MB", ""] | None = None
    default: float = 0
    moment: Moment | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    only: Mapping[str, str] = field(default_factory=dict)


def instead(answer: Answer) -> Effect:
    """Answer this, with the operation carried out first or not at all, as the moment has it."""

    def effect(setting: Setting, case: Case, go: Go) -> Answer:
        return in_place(answer, setting, case, go)

    return effect


def in_place(answer: Answer, setting: Setting, case: Case, go: Go) -> Answer:
    """Do what the moment says, then give this answer."""
    committed = go(case).committed if setting.moment == "after-commit" else False
    return replace(answer, committed=committed)
