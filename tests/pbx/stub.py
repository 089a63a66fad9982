"""A client and a server that answers as it is told, for the tests of this folder."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pbxsync.http.retry import RetryPolicy
from pbxsync.http.transport import Settings, WriteTransport
from pbxsync.model.entry import Secret
from pbxsync.pbx.managedb import PbxWriter
from tests.support.rawserver import RawServer, reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rawserver import Answer

KEY = "NLbP7GFNVRqu9SDm"
ONCE = RetryPolicy(1, 30.0)


@contextmanager
def client(
    url: str, *, timeout: float = 20.0, parallel: int = 8, retry_policy: RetryPolicy = ONCE
) -> Iterator[PbxWriter]:
    """A client that asks once and gives up."""
    with WriteTransport(Settings(url, timeout, parallel)) as transport:
        yield PbxWriter(transport, lambda _: Secret(KEY), retry_policy)


@contextmanager
def stub_pbx(answer: Answer | bytes | str, **bounds: float) -> Iterator[tuple[PbxWriter, RawServer]]:
    """A client and a server; the answer is a body, a whole reply that starts with HTTP/, or a function."""
    raw = answer.encode() if isinstance(answer, str) else answer
    if isinstance(raw, bytes):
        whole = raw if raw.startswith(b"HTTP/") else reply(raw)
        with RawServer(lambda _: whole) as server, client(server.url, **bounds) as pbx:  # type: ignore[arg-type]
            yield pbx, server
    else:
        with RawServer(raw) as server, client(server.url, **bounds) as pbx:  # type: ignore[arg-type]
            yield pbx, server
