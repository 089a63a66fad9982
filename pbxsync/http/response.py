"""A reply as `http.client` reads it, and stricter: framing that could be read in two ways is refused, not guessed.

Every connection reads its replies through this class, including the reply to its first request, which urllib3 sends.
"""

from __future__ import annotations

import contextlib
import re
import socket
from http.client import HTTPException, HTTPResponse, IncompleteRead, UnknownProtocol
from typing import TYPE_CHECKING, Any, Final, Protocol

from pbxsync.http.gzip import gunzipped
from pbxsync.http.headers import framing, is_broken, read_headers
from pbxsync.text.numbers import whole_number
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A reply may be this long when decoded: three times what a tenant of 20,000 destinations would take.
REPLY_LIMIT: Final = 32 * 1024 * 1024
#: Interim replies (100, 102, 103) that are read past before the real one.
_MOST_INTERIM: Final = 8
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_NOT_CODED: Final = frozenset({"", "identity"})
#: Their replies end with the headers.
_WITHOUT_BODY: Final = frozenset({101, 204, 304})
_CHUNK: Final = 256 * 1024
#: Compressed bytes read at a time.
_CODED_CHUNK: Final = 16 * 1024
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,15}[ \t]*(?:;.*)?\r?\n", re.DOTALL)
_LONGEST_LINE: Final = 4096


class BadReply(HTTPException):
    """A reply that is refused although all its bytes may be there; its text follows on "HOST sent"."""


class BadChunk(HTTPException):
    """A chunk length that is not a number, so the end of the body is unknown."""


class Readable(Protocol):
    """What a body is read from: a `Response`, or urllib3's wrapper around one."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Any:
        """The headers, by name in any case."""

    def read(self, amt: int, /) -> bytes:
        """Return up to `amt` bytes, none at the end."""


class Response(HTTPResponse):
    """One reply. Raises HTTPException and OSError, and BadReply for what is refused."""

    def __init__(self, sock: socket.socket, *words: Any, **others: Any) -> None:
        super().__init__(sock, *words, **others)
        self._sock = sock

    def begin(self) -> None:
        """Read past interim replies, then the status line and the headers of the real one, and decide where it ends."""
        for _ in range(_MOST_INTERIM + 1):
            version, self.status, reason = self._read_status()  # type: ignore[attr-defined]
            self.headers = self.msg = read_headers(self.fp)
            # After 101 the connection speaks another protocol, which nobody asked for: what follows is no reply.
            if self.status >= 200 or self.status == 101:
                break
        else:
            raise BadReply(f"more than {_MOST_INTERIM} interim replies")
        if not version.startswith(("HTTP/1.", "HTTP/0.9")):
            raise UnknownProtocol(version)
        self.version = 10 if version in {"HTTP/1.0", "HTTP/0.9"} else 11
        self.code = self.status
        self.reason = reason.strip()
        self._frame()

    def _frame(self) -> None:
        """Decide how long the body is, and whether the connection closes after it.

        Raises BadReply if the headers could be read in two ways, or name a content coding that was not asked for.
        """
        if is_broken(self.headers):
            raise BadReply("a reply with a broken header line")
        lengths, transfer_codings, content_codings = framing(self.headers)
        if len(lengths) > 1 or any(whole_number(length) is None for length in lengths):
            raise BadReply("a reply with an unusable Content-Length")
        self.chunked = [coding.lower() for coding in transfer_codings] == ["chunked"]
        if transfer_codings and (not self.chunked or lengths or self.version < 11):
            raise BadReply("a reply with an ambiguous Transfer-Encoding")
        coding = ", ".join(content_codings).lower()
        if self.status == 200 and coding not in _GZIP and coding not in _NOT_CODED:
            raise BadReply(f"a reply in the content coding {quote(coding, 40)}, which was not asked for: not read")
        self.chunk_left = None
        self.length = 0 if self.status in _WITHOUT_BODY else int(lengths.pop()) if lengths else None
        # A body that neither says its length nor comes in chunks ends with the connection.
        self.will_close = self._check_close() or (self.length is None and not self.chunked)  # type: ignore[attr-defined]

    def read(self, amt: int | None = None) -> bytes:
        """Return up to `amt` bytes of the body, else all. A body shorter than announced raises IncompleteRead."""
        data = super().read(amt)
        if not data and self.length and amt != 0:
            raise IncompleteRead(data, self.length)
        return data

    def _close_conn(self) -> None:
        """Let go of the socket; shut it if bytes follow the reply: they could be taken for the next one.

        Only what was read along with the reply is looked at here. What is still in the socket shows when the connection is
        taken again, so no system call is spent on it.
        """
        extra = b""
        if not self.will_close:
            raw: Any = self.fp.raw
            raw._timeout_occurred = True  # noqa: SLF001 - a reader has no other way to look into its buffer alone
            try:  # noqa: SIM105 - once for every reply: a context manager costs three times as much
                extra = self.fp.peek(1)
            except OSError:  # the buffer is empty
                pass
        super()._close_conn()  # type: ignore[misc]
        if extra:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._sock, socket.SHUT_RDWR)

    def _read_next_chunk_size(self) -> int:
        """Return the length of a chunk. `http.client` takes whatever `int` does: `+5`, `0x5`, `1_0`."""
        line = self.fp.readline(_LONGEST_LINE + 1)
        if not line:
            raise IncompleteRead(b"")
        if not _CHUNK_SIZE.fullmatch(line):
            raise BadChunk
        return int(line.partition(b";")[0], 16)


def pieces(response: Readable, most: int = _CHUNK) -> Iterator[bytes]:
    """Yield a body in pieces of at most `most` bytes, decoded. Raises as `Response` does, CutShort and zlib.error."""
    if response.headers.get("Content-Encoding", "").strip().lower() in _GZIP:
        yield from gunzipped(lambda: response.read(min(most, _CODED_CHUNK)), most)
        return
    while piece := response.read(most):
        yield piece


def whole(response: Readable) -> bytes:
    """Return a whole body, decoded; little more than REPLY_LIMIT of it is ever held. Raises as `pieces` does."""
    announced = whole_number(response.headers.get("Content-Length", ""))
    size = announced or 0
    if 0 < size <= REPLY_LIMIT and response.status == 200 and not response.headers.get("Content-Encoding"):
        data = response.read(size)  # nearly every reply
        if len(data) < size:
            raise IncompleteRead(data, size - len(data))
        return data
    chunks: list[bytes] = []
    if size <= REPLY_LIMIT:
        size = 0
        for chunk in pieces(response):
            chunks.append(chunk)
            size += len(chunk)
            if size > REPLY_LIMIT:
                break
    if size > REPLY_LIMIT:
        raise BadReply(f"a reply of more than {REPLY_LIMIT // 1024 // 1024} MiB: not read")
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
