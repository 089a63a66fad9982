"""A proxy as companies have it: it opens a tunnel to wherever it is asked to, and passes on what goes through it."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self


class Tunnel:
    """Serves on a loopback port while the `with` lasts. Each connection breaks after `most` bytes towards the host."""

    def __init__(self, most: int = sys.maxsize) -> None:
        self._most = most
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        _hang_up(self._listener)
        for end in self._ends:
            _hang_up(end)
        for thread in self._threads:
            thread.join(10)
        for end in (self._listener, *self._ends):
            end.close()

    @property
    def url(self) -> str:
        """What `HTTPS_PROXY` is to be."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _start(self, work: Callable[..., None], *given: socket.socket | int) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._ends.append(near)
                self._start(self._open, near)

    def _open(self, near: socket.socket) -> None:
        asked = b""
        while not asked.endswith(b"\r\n\r\n"):
            asked += near.recv(65536)
        host, _, port = asked.split()[1].decode().rpartition(":")
        far = socket.create_connection((host, int(port)))
        self._ends.append(far)
        near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self._start(_pass_on, near, far, self._most)
        _pass_on(far, near, sys.maxsize)


def _pass_on(source: socket.socket, sink: socket.socket, most: int) -> None:
    """Pass bytes on until one side ends or it were more than `most`, and then end both."""
    with contextlib.suppress(OSError):
        while (piece := source.recv(65536)) and most > 0:
            sink.sendall(piece)
            most -= len(piece)
    _hang_up(source)
    _hang_up(sink)


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
