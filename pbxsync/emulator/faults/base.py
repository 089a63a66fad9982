"""A kind of fault, and the helpers that all kinds use."""

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
    from pbxsync.emulator.store import Tables

Moment = Literal["before", "after-commit"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request on its way to the operation: the request, the PBX that answers it and the connection.

    url is the full URL as the client sent it, key included, for the faults that echo it.
    """

    request: Request
    backend: Backend
    connection: ClientConnection
    url: str

    def with_store(self, store: Tables) -> Exchange:
        """The same exchange with other tables."""
        return replace(self, backend=replace(self.backend, store=store))

    def with_params(self, **params: str) -> Exchange:
        """The same exchange with other parameters in its request."""
        return replace(self, request=replace(self.request, params={**self.request.params, **params}))


@dataclass(frozen=True, slots=True)
class Setting:
    """The settings of one fault: its value (seconds if it is a time), its moment and its further options.

    memory keeps state from one request to the next; hold the lock to use it.
    """

    value: float
    moment: Moment | None
    options: Mapping[str, str]
    memory: dict[Any, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


if TYPE_CHECKING:
    Handler = Callable[[Exchange], Answer]
    """Answers an exchange: the inner faults, then the operation itself."""
    Effect = Callable[[Setting, Exchange, Handler], Answer]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault, with everything that the parser and the documentation need.

    A kind with unit None takes no value; "s" and "ms" are times. moment is the default one, which a suffix of the name
    changes; None means that the kind has no choice. only has the default matchers.
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
    """An effect that always gives this answer, after the operation or instead of it, as the moment says."""

    def effect(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
        return substitute(answer, setting, exchange, call_next)

    return effect


def substitute(answer: Answer, setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    """Run the operation if the moment is after-commit, then return this answer."""
    committed = call_next(exchange).committed if setting.moment == "after-commit" else False
    return replace(answer, committed=committed)
