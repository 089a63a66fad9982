"""The web server: cheroot on loopback, with threads and keep-alive enough for a client that sends many at once."""

from __future__ import annotations

import ipaddress
import select
import selectors
import socket
import struct
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, Final

from cheroot import wsgi

from pbxsync.emulator.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIApplication

    from pbxsync.emulator.answer import Delivery

_THREADS: Final = 96
_QUEUE: Final = 512
_IDLE_SECONDS: Final = 60
_STOP_SECONDS: Final = 2


def loopback(host: str) -> str:
    """Pass a host through that is this machine itself. Raises ValueError for any other."""
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"{host} is not loopback: the emulator serves this machine alone")
    return host


class Gateway(wsgi.Gateway_10):
    """Cheroot's way to WSGI, with the connection within the application's reach."""

    def respond(self) -> None:
        """Answer one request, whole and at once unless the application has set another way."""
        line = self.env[KEY] = ClientConnection(self.req, self.req.server)
        try:
            pieces = self.req.server.wsgi_app(self.env, self.start_response)
        except Exception:
            self.req.server.failures.append(traceback.format_exc())
            raise
        try:
            if line.wire:
                line.leave(line.wire, b"".join(pieces))
            else:
                for piece in pieces:
                    self.write(piece)
                self.req.ensure_headers_sent()
        finally:
            if line.done:
                line.done()


class Server(wsgi.Server):
    """A cheroot server that keeps every connection alive, can refuse them all, and prints nothing."""

    ConnectionClass = Connection
    keep_alive_conn_limit = 1_000_000
    expiration_interval = 0.05
    """How long stopping may take: cheroot looks for it that often."""
    _connections: Any
    """Cheroot's connection manager, which its type hints leave out."""

    def __init__(self, host: str, port: int, app: WSGIApplication) -> None:
        super().__init__(
            (host, port),
            app,
            numthreads=_THREADS,
            request_queue_size=_QUEUE,
            timeout=_IDLE_SECONDS,
            shutdown_timeout=_STOP_SECONDS,
        )
        self.gateway = Gateway
        self.stopping = threading.Event()
        self.refusing = False
        self.failures: list[str] = []
        """Tracebacks of the application, which cheroot answers with a 500."""
        self._changing = threading.Lock()

    def bind(self, family: int, type: int, proto: int = 0) -> socket.socket:  # noqa: A002 -- cheroot's name
        """Bind as cheroot does, but by number even where any port will do, and leave nothing behind on failure.

        Only a port that was asked for by its number stays bound while the socket does not listen (see `refuse`).
        """
        host, port = self.bind_addr[:2]
        with socket.socket(family, type, proto) as probe:
            if port == 0:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, 0))
                port = probe.getsockname()[1]
            sock: socket.socket = self.prepare_socket((host, port), family, type, proto, self.nodelay, None)
            try:
                sock.bind((host, port))
            except OSError:
                sock.close()
                raise
        self.socket = sock
        self.bind_addr = sock.getsockname()
        return sock

    def refuse(self, seconds: float) -> None:
        """Stop listening for so long, the port kept: who connects is refused by the kernel."""
        with self._changing:
            if self.refusing:
                return
            self.refusing = True
            # Out of cheroot's loop first, which would spin on a socket that does not listen.
            self._selector.unregister(self.socket.fileno())
            self.socket.shutdown(socket.SHUT_RD)
        threading.Thread(target=self._listen_again, args=(seconds,), daemon=True).start()

    @property
    def _selector(self) -> Any:
        return self._connections._selector  # noqa: SLF001 -- cheroot has no public way to it

    def _listen_again(self, seconds: float) -> None:
        self.stopping.wait(seconds)
        with self._changing:
            if not self.stopping.is_set():
                self.socket.listen(_QUEUE)
                self._selector.register(self.socket.fileno(), selectors.EVENT_READ, data=self)
            self.refusing = False

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:  # noqa: FBT001, FBT002 -- cheroot's
        """Drop what cheroot would print: a client that goes away is what many tests are about."""


class Running:
    """A server that listens in daemon threads, from its making until `stop`."""

    def __init__(self, app: WSGIApplication, host: str, port: int) -> None:
        """Bind and serve. Raises OSError where the port cannot be had."""
        self._server = Server(host, port, app)
        self._bound = threading.Event()
        self._failure: OSError | None = None
        # Threads inherit this one's daemon flag, so a program that ends without stopping the server does end.
        self._thread = threading.Thread(target=self._serve, name="emulator", daemon=True)
        self._thread.start()
        self._bound.wait()
        if self._failure:
            raise self._failure

    @property
    def port(self) -> int:
        """The port that was bound."""
        return int(self._server.bind_addr[1])

    @property
    def failures(self) -> list[str]:
        """The tracebacks of what went wrong in the application itself."""
        return self._server.failures

    def stop(self) -> None:
        """Answer no more; requests at work get a moment to end."""
        self._server.stopping.set()
        self._server.stop()
        self._thread.join()

    def _serve(self) -> None:
        try:
            self._server.prepare()
        except OSError as error:
            self._failure = error
            return
        finally:
            self._bound.set()
        self._server.serve()


KEY: Final = "pbx.line"
"""Where a request's line stands in the WSGI environment."""

_NO_LINGER: Final = struct.pack("ii", 1, 0)
_LOOK_MS: Final = 20


class ClientConnection:
    """One request's connection, of a cheroot HTTPRequest.

    The application sets `wire` where the answer is to leave in another way than whole and at once, and `done` where
    somebody wants to know that it has left.
    """

    def __init__(self, request: Any, server: Server) -> None:
        self._request = request
        self._server = server
        self.wire: Delivery | None = None
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

    def leave(self, wire: Delivery, body: bytes) -> None:
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
