"""A server that answers with bytes, to the letter: for what no well-made server would ever send."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable

    from typing_extensions import Self

    #: What is answered to a request: bytes, or pieces of them. After an empty last piece the connection is closed.
    Answer = Callable[[bytes], "bytes | Iterable[bytes]"]


def reply(body: bytes | str, status: int = 200, **headers: str) -> bytes:
    """One HTTP reply. `_` in the name of a header stands for `-`; `Content_Length=""` leaves that one out."""
    data = body.encode() if isinstance(body, str) else body
    named = {"Content_Type": "application/json", "Content_Length": str(len(data)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items() if value)
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode("latin-1") + data


class RawServer:
    """Serves on a loopback port while the `with` lasts.

    `requests` are those that came, whole, `seen` every byte of them, and `connections` those that were made.
    """

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.seen = b""
        self._answer = answer
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(10)

    @property
    def url(self) -> str:
        """Where the API would be."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://localhost:{self.port}/pbx/proxyapi.php"

    def hang_up(self) -> None:
        """End every connection."""
        for sock in self.connections:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def _start(self, work: Callable[..., None], *given: Any) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            try:
                if self._tls is not None:
                    sock.settimeout(10)
                    sock = self._tls.wrap_socket(sock, server_side=True)
                self.connections.append(sock)
                while (request := self._request(sock)) and self._sent(sock, request):
                    pass
            finally:
                sock.close()

    def _request(self, sock: socket.socket) -> bytes:
        data = b""
        while not _whole(data):
            piece = sock.recv(65536)
            if not piece:
                return b""
            data += piece
            self.seen += piece
        self.requests.append(data)
        return data

    def _sent(self, sock: socket.socket, request: bytes) -> bool:
        answer = self._answer(request)
        piece = b""
        for piece in [answer] if isinstance(answer, bytes) else answer:
            sock.sendall(piece)
        return bool(piece)


def _whole(data: bytes) -> bool:
    head, blank, body = data.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(blank) and len(body) >= int(lengths[0] if lengths else 0)
