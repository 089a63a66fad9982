"""The web server: cheroot on loopback, with enough threads and keep-alive for a client that sends many requests at once.

From the bottom up: `ClientConnection` is the application's handle on the connection of one request, `Gateway` calls the
application, `Server` configures cheroot, `RunningServer` runs it in threads.
"""

from __future__ import annotations

import ipaddress
import select
import selectors
import socket
import struct
import threading
import time
import traceback
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from cheroot import wsgi

from pbxsync.emulator.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIApplication

    from pbxsync.emulator.answer import Delivery

CONNECTION_KEY: Final = "pbxsync.connection"
"""The key of a request's ClientConnection in the WSGI environment."""

_THREADS: Final = 96
_QUEUE: Final = 512
_IDLE_SECONDS: Final = 60
_STOP_SECONDS: Final = 2
_NO_LINGER: Final = struct.pack("ii", 1, 0)
_POLL_MS: Final = 20


def loopback(host: str) -> str:
    """Return the host if it is loopback. Raises ValueError if not."""
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"{host} is not loopback: the emulator serves this machine only")
    return host


class ClientConnection:
    """The connection of one request, a cheroot HTTPRequest.

    The application sets `delivery` if the answer is not to be sent whole and at once, and `on_sent` to be called after
    the answer has been sent.
    """

    def __init__(self, request: Any, server: Server) -> None:
        self._request = request
        self._server = server
        self.delivery: Delivery | None = None
        self.on_sent: Callable[[], None] | None = None

    @property
    def refused(self) -> bool:
        """Whether the server refuses connections now, those included that were open before."""
        return self._server.refusing

    def refuse(self, seconds: float) -> None:
        """Refuse all connections for this long."""
        self._server.refuse(seconds)

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than the server runs."""
        self._server.stopping.wait(seconds)

    def deliver(self, delivery: Delivery, body: bytes) -> None:
        """Send the answer as the delivery says."""
        if delivery.how == "reset":
            self._reset()
        elif delivery.how == "close":
            self._close()
        elif delivery.how == "hold":
            self._hold(delivery.value)
        elif delivery.how == "drip":
            self._drip(delivery.value, body)
        elif delivery.how == "cut":
            self._cut(body)
        else:
            self._interim(HTTPStatus(int(delivery.value)), body)

    def _close(self) -> None:
        """Make cheroot close the connection without sending anything more."""
        self._request.sent_headers = True
        self._request.close_connection = True

    def _reset(self) -> None:
        self._close()
        sock: socket.socket = self._request.conn.socket
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        # Closed by descriptor: cheroot's files keep the object open, and a shutdown would send FIN before the RST.
        socket.close(sock.detach())
        self._request.conn.linger = True

    def _hold(self, seconds: float) -> None:
        poll = select.poll()
        poll.register(self._request.conn.socket, select.POLLIN)
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self._server.stopping.is_set():
            # The client has sent its whole request, so the socket becomes readable only if the client leaves.
            if poll.poll(_POLL_MS):
                break
        self._close()

    def _drip(self, seconds: float, body: bytes) -> None:
        self._request.ensure_headers_sent()
        for byte in body:
            self._request.write(bytes([byte]))
            self.pause(seconds)

    def _interim(self, status: HTTPStatus, body: bytes) -> None:
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n"
        self._request.conn.wfile.write(head.encode())
        self._request.ensure_headers_sent()
        self._request.write(body)

    def _cut(self, body: bytes) -> None:
        self._request.ensure_headers_sent()
        self._request.write(body[: len(body) // 2])
        self._close()


class Gateway(wsgi.Gateway_10):
    """Cheroot's gateway to WSGI, which gives the application the connection too."""

    def respond(self) -> None:
        """Answer one request."""
        connection = self.env[CONNECTION_KEY] = ClientConnection(self.req, self.req.server)
        try:
            pieces = self.req.server.wsgi_app(self.env, self.start_response)
        except Exception:
            self.req.server.failures.append(traceback.format_exc())
            raise
        try:
            if connection.delivery:
                connection.deliver(connection.delivery, b"".join(pieces))
            else:
                for piece in pieces:
                    self.write(piece)
                self.req.ensure_headers_sent()
        finally:
            if connection.on_sent:
                connection.on_sent()


class Server(wsgi.Server):
    """A cheroot server that keeps every connection alive, can refuse all connections, and prints nothing."""

    ConnectionClass = Connection
    keep_alive_conn_limit = 1_000_000
    expiration_interval = 0.05
    """Seconds between cheroot's checks whether to stop: an upper bound for how long stopping takes."""
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
        self._listening_lock = threading.Lock()

    def bind(self, family: int, type: int, proto: int = 0) -> socket.socket:  # noqa: A002 -- cheroot's name
        """Bind as cheroot does, but always to a port number, and close the socket on failure.

        Only a port bound by its number stays bound while the socket does not listen (see `refuse`).
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
        """Stop listening for this long and keep the port: the kernel refuses new connections."""
        with self._listening_lock:
            if self.refusing:
                return
            self.refusing = True
            # Unregistered first: cheroot's loop would spin on a socket that does not listen.
            self._selector.unregister(self.socket.fileno())
            self.socket.shutdown(socket.SHUT_RD)
        threading.Thread(target=self._listen_again, args=(seconds,), daemon=True).start()

    @property
    def _selector(self) -> Any:
        return self._connections._selector  # noqa: SLF001 -- cheroot has no public access to it

    def _listen_again(self, seconds: float) -> None:
        self.stopping.wait(seconds)
        with self._listening_lock:
            if not self.stopping.is_set():
                self.socket.listen(_QUEUE)
                self._selector.register(self.socket.fileno(), selectors.EVENT_READ, data=self)
            self.refusing = False

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:  # noqa: FBT001, FBT002 -- cheroot's
        """Discard cheroot's messages: many tests make clients disconnect on purpose."""


class RunningServer:
    """A server in daemon threads, listening from construction until `stop`."""

    def __init__(self, app: WSGIApplication, host: str, port: int) -> None:
        """Bind and serve. Raises OSError if the port cannot be bound."""
        self._server = Server(host, port, app)
        self._bound = threading.Event()
        self._failure: OSError | None = None
        # Threads inherit the daemon flag, so a program can end without stopping the server.
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
        """The tracebacks of exceptions in the application itself."""
        return self._server.failures

    def stop(self) -> None:
        """Stop accepting requests; those at work get `_STOP_SECONDS` to end."""
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
