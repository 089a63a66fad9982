"""A connection that is open already, used again with nothing around the request but what HTTP itself needs.

The first request of each connection goes through urllib3's pool, which connects, tunnels and verifies. Those after it need
none of that: here they are sent as they are, and http.client reads the replies. That is a third of the work.
"""

from __future__ import annotations

import contextlib
import select
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import socket

_CHUNK: Final = 256 * 1024


class TooLong(Exception):
    """A reply that is longer than it may be."""


class Connection:
    """One open connection, for one request at a time. Made of the first response that came over it."""

    __slots__ = ("_poll", "_reply", "_response", "sock")

    def __init__(self, response: Any) -> None:
        #: Closes the connection when it goes, so it stays as long as the lane does.
        self._response = response
        self._reply: HTTPResponse | None = None
        self.sock: socket.socket = response.connection.sock
        self._poll = select.poll()
        self._poll.register(self.sock, select.POLLIN)

    @property
    def open(self) -> bool:
        """Whether the server still holds the connection: between two requests there is nothing to be read from it."""
        return not self._poll.poll(0)

    def ask(self, request: bytes, method: str) -> HTTPResponse:
        """Send a request and return its reply, whose body is still to be read. Raises OSError and HTTPException."""
        # A server may refuse and close before it has read all: then there is an answer all the same.
        with contextlib.suppress(BrokenPipeError):
            self.sock.sendall(request)
        self._reply = reply = HTTPResponse(self.sock, method=method)
        reply.begin()
        return reply

    def close(self) -> None:
        """Close the connection, and what may still be read of it."""
        if self._reply is not None:
            self._reply.close()
        self._response.connection.close()


class ConnectionPool:
    """The lanes that nobody uses now. Thread safe: all that is ever done is to take the last one and to add one.

    `fickle`: a request over one of them was lost, as where a server closes each connection a moment after its reply.
    """

    def __init__(self) -> None:
        self._idle: list[Connection] = []
        self.stale_seen = False

    def take(self) -> Connection | None:
        """Return a lane whose connection still stands, None where there is none."""
        while self._idle:
            try:
                lane = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if lane.open:
                return lane
            lane.close()
        return None

    def give_back(self, lane: Connection, reply: HTTPResponse) -> None:
        """Keep a lane for the next request, if its reply was read whole and the server keeps the connection."""
        if reply.will_close or not reply.isclosed() or more_may_come(reply.status):
            lane.close()
        else:
            self._idle.append(lane)

    def open_with(self, response: Any) -> None:
        """Keep the connection of a response of the pool, which was read whole after `keep_from_pool`."""
        if response.connection is None or response.connection.sock is None:
            return
        if more_may_come(response.status):
            response.connection.close()
        else:
            self._idle.append(Connection(response))

    def close(self) -> None:
        """Close every connection that nobody uses."""
        while (lane := self.take()) is not None:
            lane.close()


def more_may_come(status: int) -> bool:
    """Whether after a reply of this status something may still come, which would be taken for that to the next request.

    That is the real reply after an interim one (103), and a body where there must be none.
    """
    return status < 200 or status in {204, 304}


def keep_from_pool(response: Any) -> None:
    """Let a response keep its connection at its end, where it would give it back to the pool."""
    response.release_conn = _nothing


def whole(reply: HTTPResponse, limit: int) -> bytes:
    """Return the body of a reply; at most `limit` bytes of it are ever held. Raises TooLong, and as `Lane.ask` does."""
    if reply.length is not None:
        if reply.length > limit:
            raise TooLong
        return reply.read()
    chunks: list[bytes] = []
    while chunk := reply.read(_CHUNK):
        chunks.append(chunk)
        if sum(map(len, chunks)) > limit:
            raise TooLong
    return b"".join(chunks)


def _nothing() -> None:
    """Stands in for giving a connection back."""
