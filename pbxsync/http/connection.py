"""Connections that are already open, used again with nothing around a request but what HTTP itself needs.

The first request of each connection goes through urllib3's pool, which connects, tunnels and verifies. Later ones need none
of that: their bytes are sent as they are, and `Response` reads the replies. That is a third of the work.
"""

from __future__ import annotations

import contextlib
import select
from typing import TYPE_CHECKING, Any

from pbxsync.http.response import Response

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable


class Connection:
    """One open connection, for one request at a time; made from the first response that came over it."""

    __slots__ = ("_decrypted", "_first_response", "_poll", "_reply", "sock")

    def __init__(self, first_response: Any) -> None:
        #: Closes the connection when it is collected, so it lives as long as this.
        self._first_response = first_response
        self._reply: Response | None = None
        self.sock: socket.socket = first_response.connection.sock
        self._decrypted: Callable[[], int] = getattr(self.sock, "pending", int)
        self._poll = select.poll()
        self._poll.register(self.sock, select.POLLIN)

    @property
    def open(self) -> bool:
        """Whether the server still holds the connection: between two requests there is nothing to read from it.

        Bytes that TLS has already decrypted would not wake the poll.
        """
        return not self._poll.poll(0) and not self._decrypted()

    def ask(self, request: bytes, method: str) -> Response:
        """Send a request and return its reply, whose body is still to be read. Raises OSError and HTTPException."""
        # A server may refuse and close before it has read everything: its answer is there all the same.
        with contextlib.suppress(BrokenPipeError):
            self.sock.sendall(request)
        self._reply = reply = Response(self.sock, method=method)
        reply.begin()
        return reply

    def close(self) -> None:
        """Close the connection and the reply that may still be read from it."""
        if self._reply is not None:
            self._reply.close()
        self._first_response.connection.close()


class ConnectionPool:
    """The idle connections. Thread safe: its only steps are to take the last one and to append one.

    `stale_seen`: a request over one of them was lost, as happens if a server closes each connection a moment after its
    reply.
    """

    def __init__(self) -> None:
        self._idle: list[Connection] = []
        self.stale_seen = False

    def take(self) -> Connection | None:
        """Return an idle connection that is still open, or None."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if connection.open:
                return connection
            connection.close()
        return None

    def give_back(self, connection: Connection, reply: Response) -> None:
        """Keep a connection for the next request if its reply was read whole and the server keeps it open."""
        if reply.will_close or not reply.isclosed() or _body_may_follow(reply.status):
            connection.close()
        else:
            self._idle.append(connection)

    def adopt(self, response: Any) -> None:
        """Keep the connection of a urllib3 response that was read whole, unless the server has closed it."""
        if response.connection is None or response.connection.sock is None:
            return
        if _body_may_follow(response.status):
            response.connection.close()
        else:
            self._idle.append(Connection(response))

    def close(self) -> None:
        """Close every idle connection."""
        while (connection := self.take()) is not None:
            connection.close()


def _body_may_follow(status: int) -> bool:
    """Whether bytes that belong to this reply may still come, which would be taken for the answer to the next request.

    That is another protocol after 101, and a body after 204 and 304, which must not have one.
    """
    return status < 200 or status in {204, 304}
