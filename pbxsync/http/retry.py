"""Repeats a read after a failure that may pass, within a budget of tries and of time."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from pbxsync.errors import Busy, ServerFault, Unreachable, WireError
from pbxsync.http.limiter import LONGEST_PAUSE

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

    from pbxsync.http.counters import Counters

_T = TypeVar("_T")

#: The pause before the second try: up to this many seconds, or this part of the timeout if that is shorter. Each further
#: pause is twice as long.
_FIRST_PAUSE: Final = 0.2
_OF_TIMEOUT: Final = 0.1
_LAST_PAUSE: Final = 8.0
#: The statuses by which a server, or what is in front of it, reports too much load. They also slow the pace. Which
#: error a status becomes, and so whether it is retried, is decided in `pbxsync.pbx.replies`; any other 5xx is retried too.
TOO_BUSY: Final = frozenset({429, 503})
#: A server that answers 429 has not looked at the request: this many times the tries are allowed.
_BUSY_TRIES: Final = 3
#: For jitter: nothing secret depends on it.
_CHANCE: Final = random.Random()  # noqa: S311


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The budget of one read: `tries`, `seconds` for all of them, and the first `pause` between two, in seconds."""

    tries: int = 4
    seconds: float = 120.0
    pause: float = _FIRST_PAUSE

    @classmethod
    def of(cls, tries: int, timeout: float) -> Self:
        """Derive the budget from the tries and the timeout of one request."""
        return cls(tries, timeout * tries, min(_FIRST_PAUSE, timeout * _OF_TIMEOUT))


def is_too_busy(status: int, retry_after: float | None) -> bool:
    """Whether a reply asks to come back later. A 503 does if it says when (`Retry-After`); else the server has failed."""
    return status in TOO_BUSY and (status == 429 or retry_after is not None)


def with_retries(send: Callable[[], _T], counters: Counters, retry_policy: RetryPolicy) -> _T:
    """Return what `send` returns, trying again after Busy, ServerFault and Unreachable.

    At most `tries` tries (429 has a budget of its own), and none that would begin more than `seconds` after the first one.
    Raises the error of the last try, with the number of tries in it.
    """
    begun, done, busy = time.monotonic(), 0, 0
    while True:
        try:
            return send()
        except (Busy, ServerFault, Unreachable) as error:
            busy += isinstance(error, Busy)
            done += not isinstance(error, Busy)
            pause = pause_after(error, done + busy, retry_policy.pause)
            late = hopeless(error) or time.monotonic() + pause - begun > retry_policy.seconds
            if late or done >= retry_policy.tries or busy >= retry_policy.tries * _BUSY_TRIES:
                raise _counted(_asking(error, pause) if late else error, done + busy) from None
            counters.count(repeated=True)
            time.sleep(pause)


def pause_after(error: WireError, tries: int, first: float) -> float:
    """Return the seconds to wait after try number `tries`: what the server asked for, else doubling, with jitter."""
    asked = error.retry_after if isinstance(error, Busy) else None
    if asked is not None:
        return asked + _CHANCE.uniform(0, first)
    return _CHANCE.uniform(0.5, 1.0) * min(_LAST_PAUSE, first * 2.0 ** (tries - 1))


def hopeless(error: WireError) -> bool:
    """Whether the server asks for a pause longer than anybody waits."""
    return isinstance(error, Busy) and (error.retry_after or 0.0) > LONGEST_PAUSE


def _asking(error: WireError, pause: float) -> WireError:
    """Add the pause that the server asks for, if it is longer than a run waits: the user must come back after it."""
    if isinstance(error, Busy) and error.retry_after is not None:
        error.args = (f"{error}; it asks for a pause of {pause:,.0f} seconds",)
    return error


def _counted(error: WireError, tries: int) -> WireError:
    if tries > 1:
        error.args = (f"{error} ({tries} tries)",)
    return error
