"""An HTTPS proxy, as companies have them: it opens a tunnel to the requested host and forwards bytes both ways."""

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
        """The value for `HTTPS_PROXY`."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self, sock: socket.socket) -> None:
        """Open the requested tunnel and forward both ways."""
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
    """Forward bytes until one side ends or `most` is exceeded, then end both."""
    with contextlib.suppress(OSError):
        while (piece := source.recv(65536)) and most > 0:
            sink.sendall(piece)
            most -= len(piece)
    hang_up(source)
    hang_up(sink)
