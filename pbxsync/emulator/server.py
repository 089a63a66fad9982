"""The web server: cheroot on loopback, with threads and keep-alive enough for a client that sends many at once."""

from __future__ import annotations

import ipaddress
import threading
from typing import TYPE_CHECKING, Final

from cheroot import wsgi

if TYPE_CHECKING:
    import socket

    from _typeshed.wsgi import WSGIApplication

_THREADS: Final = 96
_IDLE_SECONDS: Final = 60
_STOP_SECONDS: Final = 2


def loopback(host: str) -> str:
    """Pass a host through that is this machine itself. Raises ValueError for any other."""
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"{host} is not loopback: the emulator serves this machine alone")
    return host


class Server(wsgi.Server):
    """A cheroot server that keeps every connection alive, and says nothing on standard error."""

    keep_alive_conn_limit = 1_000_000
    expiration_interval = 0.05
    """How long stopping may take: cheroot looks for it that often."""

    def bind(self, family: int, type: int, proto: int = 0) -> socket.socket:  # noqa: A002 -- cheroot's name
        """Bind as cheroot does, but leave no socket behind where the port cannot be had."""
        wanted = (self.bind_addr, family, type, proto, self.nodelay, None)
        sock: socket.socket = self.prepare_socket(*wanted)
        try:
            sock.bind(self.bind_addr)
        except OSError:
            sock.close()
            raise
        self.socket = sock
        self.bind_addr = sock.getsockname()
        return sock

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:  # noqa: FBT001, FBT002 -- cheroot's
        """Drop what cheroot would print: a client that goes away is what many tests are about."""


class Running:
    """A server that listens in daemon threads, from its making until `stop`."""

    def __init__(self, app: WSGIApplication, host: str, port: int) -> None:
        """Bind and serve. Raises OSError where the port cannot be had."""
        self._server = Server(
            (host, port),
            app,
            numthreads=_THREADS,
            request_queue_size=512,
            timeout=_IDLE_SECONDS,
            shutdown_timeout=_STOP_SECONDS,
        )
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

    def stop(self) -> None:
        """Answer no more; requests at work get a moment to end."""
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
