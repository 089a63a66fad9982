"""Ends a request that takes longer than it may, however lively its bytes are.

The time-outs of sockets bound each wait for bytes, not the whole: a server that sends one byte a second could hold a
request for hours. So one thread looks after all requests in flight and shuts the socket of one that is overdue.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from pbxsync.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

#: How often it looks; seconds. A request may take this much longer than its time-out.
_LOOK_EVERY: Final = 0.25


class Guard:
    """Looks after one request: `fired` tells that it was ended because it took too long."""

    __slots__ = ("_bark", "deadline", "fired", "seconds", "sock")

    def __init__(self, seconds: float, bark: Callable[[Guard | None], None]) -> None:
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds
        self.sock: socket.socket | None = None
        self.fired = False
        self._bark = bark

    def __enter__(self) -> Guard:
        self._bark(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._bark(None)

    def check(self, host: str) -> None:
        """Raise Unreachable where the request was ended: a body without a length then merely looks finished."""
        if self.fired:
            raise Unreachable(f"{host} gave no whole reply within {self.seconds:g} seconds")


class Watchdog:
    """Looks after the requests of one transport, one for each thread at a time."""

    def __init__(self) -> None:
        self._guards: dict[int, Guard] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def within(self, seconds: float) -> Guard:
        """Return a guard to be used in a `with` around one request of this thread."""
        if self._thread is None:
            self._start()
        return Guard(seconds, self._watch)

    def mind(self, sock: socket.socket | None) -> None:
        """Tell which socket the request of this thread goes over."""
        guard = self._guards.get(threading.get_ident())
        if guard is not None:
            guard.sock = sock

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="pbxsync-watchdog", daemon=True)
                self._thread.start()

    def _watch(self, guard: Guard | None) -> None:
        with self._lock:
            if guard is None:
                self._guards.pop(threading.get_ident(), None)
            else:
                self._guards[threading.get_ident()] = guard

    def _look(self) -> None:
        while not self._stopped.wait(_LOOK_EVERY):
            now = time.monotonic()
            with self._lock:  # so that no socket is shut whose request has just ended and that serves another one
                for guard in self._guards.values():
                    if guard.sock is not None and now > guard.deadline:
                        guard.fired = True
                        with contextlib.suppress(OSError):
                            # The plain shutdown: that of a TLS socket would pull the session from under its reader.
                            socket.socket.shutdown(guard.sock, socket.SHUT_RDWR)


def watched(connection: Any, watchdog: Watchdog) -> Any:
    """Return the connection class with one thing added: the watchdog learns of its socket as soon as it stands.

    From then on a request may have gone out, whatever an error is called.
    """

    class Watched(connection):  # type: ignore[misc]  # the base is urllib3's, plain or TLS, known only at run time
        debuglevel = 0  # else a program that sets it for http.client would print whole requests, key included

        def connect(self) -> None:
            super().connect()
            watchdog.mind(self.sock)

        def request(self, *words: Any, **others: Any) -> None:
            watchdog.mind(self.sock)
            super().request(*words, **others)

    return Watched
