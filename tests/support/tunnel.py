"""A proxy as companies have it: it opens a tunnel to wherever it is asked to, and passes on what goes through it."""

from __future__ import annotations

import contextlib
import socket
import sys

from tests.support.listener import Listener, hang_up


class Tunnel(Listener):
    """Serves while the `with` lasts. Each connection breaks after `most` bytes towards the host."""

    def __init__(self, most: int = sys.maxsize) -> None:
        super().__init__()
        self._most = most

    @property
    def url(self) -> str:
        """What `HTTPS_PROXY` is to be."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, sock: socket.socket) -> None:
        """Open the tunnel that is asked for, and pass on both ways."""
        asked = b""
        while not asked.endswith(b"\r\n\r\n"):
            asked += sock.recv(65536)
        host, _, port = asked.split()[1].decode().rpartition(":")
        with socket.create_connection((host, int(port))) as far:
            self.connections += [sock, far]
            sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self.start(_pass_on, far, sock, sys.maxsize)
            _pass_on(sock, far, self._most)


def _pass_on(source: socket.socket, sink: socket.socket, most: int) -> None:
    """Pass bytes on until one side ends or it were more than `most`, and then end both."""
    with contextlib.suppress(OSError):
        while (piece := source.recv(65536)) and most > 0:
            sink.sendall(piece)
            most -= len(piece)
    hang_up(source)
    hang_up(sink)
