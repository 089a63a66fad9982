"""A listening socket on loopback and the threads that serve it; the other servers of the tests build on it."""

from __future__ import annotations

import contextlib
import socket
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self


class Listener(ABC):
    """Serves on a free `port` of loopback while the `with` lasts; `connections` has every connection so far."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self.start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(10)

    @abstractmethod
    def serve(self, sock: socket.socket) -> None:
        """Serve one connection, in a thread of its own, until it ends. The caller closes the socket."""

    def start(self, work: Callable[..., None], *arguments: Any) -> None:
        """Start work in a thread of its own; the end of the `with` waits for it."""
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def hang_up(self) -> None:
        """End every connection."""
        for sock in self.connections:
            hang_up(sock)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.start(self._served, sock)

    def _served(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(sock):
            self.serve(sock)


def hang_up(sock: socket.socket) -> None:
    """End a connection for both sides."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
