"""The answer to any operation in pieces, of any length: text, JSON, CSV or audio, judged by its start."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.api.operations import operation
from pbxsync.api.request import Reply
from pbxsync.disk.atomic import replacing
from pbxsync.errors import Unrecognised
from pbxsync.http.response import REPLY_LIMIT
from pbxsync.http.retry import with_retries
from pbxsync.pbx import replies
from pbxsync.pbx.replies import check_start, looks_binary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from typing_extensions import Self

    from pbxsync.api.request import Request
    from pbxsync.http.retry import RetryPolicy
    from pbxsync.http.transport import ReadTransport, Stream, WriteTransport
    from pbxsync.model.entry import Secret


@dataclass
class Body:
    """The body of an answer: iterate over it once, or `read()` it; close it, or use it in a `with`.

    `start` has its first bytes (some thousand), by which it was recognised; `length` is in bytes, None if the server does
    not say. Iterating raises Unreachable if the connection breaks before the end.
    """

    request: Request
    start: bytes
    content_type: str
    length: int | None
    _stream: Stream
    _rest: Iterator[bytes]

    def __iter__(self) -> Iterator[bytes]:
        return chain((self.start,), self._rest)

    def read(self, limit: int = REPLY_LIMIT) -> bytes:
        """Return the whole body. Raises Unrecognised if it is longer than `limit` bytes, and Unreachable."""
        pieces, size = [], 0
        for piece in self:
            size += len(piece)
            if size > limit:
                raise Unrecognised(f"{self.request}: a reply of more than {limit:,} bytes: not read")
            pieces.append(piece)
        return b"".join(pieces)

    def save(self, path: Path | str) -> int:
        """Write the whole body to `path`, with mode 0600, or nothing at all, and return its size in bytes.

        Raises Unreachable and OSError.
        """
        size = 0
        with replacing(Path(path)) as file:
            for piece in self:
                size += file.write(piece)
        return size

    @property
    def binary(self) -> bool:
        """Whether this is something other than text, by its start."""
        return looks_binary(self.start)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the connection; drop it if the body was not read whole."""
        self._stream.close()


def read(transport: ReadTransport, request: Request, key: Secret, retry_policy: RetryPolicy) -> Body:
    """Send a read until it is answered, within the retry policy, and return its body. Raises a WireError.

    An empty reply is NotThere: the API has no other reply for what it does not know, find or allow (field).
    """

    def once() -> Body:
        return _recognised(transport.stream(request, key), request, transport)

    return with_retries(once, transport.counters, retry_policy)


def write(transport: WriteTransport, request: Request, key: Secret) -> Body:
    """Send a request that may write, once, and return its body.

    Raises a WireError, whose `open_outcome` says whether the server may have acted all the same.
    """
    return _recognised(transport.write_stream(request, key), request, transport)


def _recognised(stream: Stream, request: Request, transport: ReadTransport) -> Body:
    """Return the body of a reply that begins like an answer. Raises a WireError, after closing it, for any other reply."""
    try:
        rest = iter(stream)
        start = next(rest, b"")
        head = Reply(stream.status, start, stream.content_type, stream.retry_after, 0.0)
        replies.usable(head, request, transport.redactor)
        check_start(start, request, operation(request), transport.redactor)
    except BaseException:
        stream.close()
        raise
    return Body(request, start, stream.content_type, stream.length, stream, rest)
