"""Ends a request that takes longer than its timeout, however lively its bytes are.

The timeouts of sockets bound each wait for bytes, not the whole: a server that sends one byte a second could hold a request
for hours. So one thread watches all requests in flight and shuts the socket of one that is overdue.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any, Final

from pbxsync.http.response import Response

#: Seconds between two looks of the thread. A request may take this much longer than its timeout.
_LOOK_EVERY: Final = 0.25


@dataclass(slots=True)
class Deadline:
    """The end of one request, in monotonic time. `passed`: it was ended; `sock`: its open socket, if any."""

    at: float
    sock: socket.socket | None = None
    passed: bool = False


class DeadlineWatcher:
    """Enforces the deadlines of one transport, one per thread at a time."""

    def __init__(self) -> None:
        self._deadlines: dict[int, Deadline] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self, seconds: float) -> Deadline:
        """Give the request of this thread a deadline, until `end`."""
        deadline = Deadline(time.monotonic() + seconds)
        with self._lock:
            self._deadlines[threading.get_ident()] = deadline
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="pbxsync-deadlines", daemon=True)
                self._thread.start()
        return deadline

    def end(self) -> None:
        """Forget the deadline of this thread: `passed` no longer changes."""
        with self._lock:
            del self._deadlines[threading.get_ident()]

    def set_socket(self, sock: socket.socket | None) -> None:
        """Note the socket that the request of this thread goes over: from now on it may have been sent."""
        deadline = self._deadlines.get(threading.get_ident())
        if deadline is not None:
            deadline.sock = sock

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(_LOOK_EVERY):
            now = time.monotonic()
            with self._lock:  # else a socket could be shut whose request has just ended and that serves another one
                for deadline in self._deadlines.values():
                    if deadline.sock is not None and now > deadline.at:
                        deadline.passed = True
                        with contextlib.suppress(OSError):
                            # The plain shutdown: that of a TLS socket would pull the session from under its reader.
                            socket.socket.shutdown(deadline.sock, socket.SHUT_RDWR)


def watched(connection: Any, watcher: DeadlineWatcher) -> Any:
    """Return urllib3's connection class with our replies, and a watcher that learns each socket as soon as it is open."""

    class Watched(connection):  # type: ignore[misc]  # the base is urllib3's, plain or TLS, known only at run time
        debuglevel = 0  # else a program that sets it for http.client would print whole requests, key included
        response_class = Response

        def connect(self) -> None:
            super().connect()
            watcher.set_socket(self.sock)

        def request(self, *words: Any, **others: Any) -> None:
            watcher.set_socket(self.sock)
            super().request(*words, **others)

    return Watched
