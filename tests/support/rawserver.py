"""A server that answers with exactly the bytes that a test gives, for replies that no good server sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.listener import Listener

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterable

    #: Answers a request with bytes, or with pieces of them. An empty last piece closes the connection.
    Answer = Callable[[bytes], "bytes | Iterable[bytes]"]


def reply(body: bytes | str, status: int = 200, **headers: str) -> bytes:
    """One HTTP reply. `_` in the name of a header means `-`; a header with an empty value is left out."""
    data = body.encode() if isinstance(body, str) else body
    named = {"Content_Type": "application/json", "Content_Length": str(len(data)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in named.items() if value)
    return f"HTTP/1.1 {status} Whatever\r\n{lines}\r\n".encode("latin-1") + data


class RawServer(Listener):
    """Serves while the `with` lasts. `requests` has every complete request, `seen` every byte that arrived."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.requests: list[bytes] = []
        self.seen = b""
        self._answer = answer
        self._tls = tls

    @property
    def url(self) -> str:
        """The URL of the API on this server."""
        scheme = "http" if self._tls is None else "https"
        return f"{scheme}://localhost:{self.port}/pbx/proxyapi.php"

    def serve(self, sock: socket.socket) -> None:
        """Answer the requests of one connection, one after the other."""
        if self._tls is not None:
            sock.settimeout(10)
            sock = self._tls.wrap_socket(sock, server_side=True)
        with sock:
            self.connections.append(sock)
            while (request := self._request(sock)) and self._sent(sock, request):
                pass

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
