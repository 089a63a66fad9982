"""The connection that a request came on, and the ways in which an answer can fail to leave on it."""

from __future__ import annotations

import select
import socket
import struct
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.emulator.answer import Wire
    from pbxsync.emulator.server import Server

KEY: Final = "pbx.line"
"""Where a request's line stands in the WSGI environment."""

_NO_LINGER: Final = struct.pack("ii", 1, 0)
_LOOK_MS: Final = 20


class Line:
    """One request's connection, of a cheroot HTTPRequest.

    The application sets `wire` where the answer is to leave in another way than whole and at once, and `done` where
    somebody wants to know that it has left.
    """

    def __init__(self, request: Any, server: Server) -> None:
        self._request = request
        self._server = server
        self.wire: Wire | None = None
        self.done: Callable[[], None] | None = None

    @property
    def refused(self) -> bool:
        """Whether the server refuses connections just now, which takes those along that were open before."""
        return self._server.refusing

    def refuse(self, seconds: float) -> None:
        """Refuse all connections from now on for so long."""
        self._server.refuse(seconds)

    def pause(self, seconds: float) -> None:
        """Wait, but not for longer than the server runs."""
        self._server.stopping.wait(seconds)

    def leave(self, wire: Wire, body: bytes) -> None:
        """Send the answer in the way that the wire says."""
        ways: dict[str, Callable[[float, bytes], None]] = {
            "reset": self._reset,
            "close": self._silence,
            "hold": self._hold,
            "drip": self._drip,
            "cut": self._cut,
        }
        ways[wire.how](wire.seconds, body)

    def _silence(self, *_: object) -> None:
        """Let cheroot close the connection, and believe that all has been said."""
        self._request.sent_headers = True
        self._request.close_connection = True

    def _reset(self, *_: object) -> None:
        self._silence()
        sock: socket.socket = self._request.conn.socket
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        # Closed by its number: cheroot's files hold the object open, and a shutdown would say FIN before the RST.
        socket.close(sock.detach())
        self._request.conn.linger = True

    def _hold(self, seconds: float, _: bytes) -> None:
        poll = select.poll()
        poll.register(self._request.conn.socket, select.POLLIN)
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._server.stopping.is_set():
            # A client that has said all it will can only become readable by leaving.
            if poll.poll(_LOOK_MS):
                break
        self._silence()

    def _drip(self, seconds: float, body: bytes) -> None:
        self._request.ensure_headers_sent()
        for byte in body:
            self._request.write(bytes([byte]))
            self.pause(seconds)

    def _cut(self, _: float, body: bytes) -> None:
        self._request.ensure_headers_sent()
        self._request.write(body[: len(body) // 2])
        self._silence()
