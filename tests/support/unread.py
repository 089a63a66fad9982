"""Requests of clients that are gone, which a server on loopback has not read or answered yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONNECTIONS: Final = Path("/proc/net/tcp")
#: The client has closed its end, the server has not: CLOSE_WAIT.
_LEFT_BY_CLIENT: Final = "08"


def left_connections(url: str) -> int:
    """Return how many connections to the server of a url its clients have left and it has not closed.

    A server closes such a connection after it has carried out what the client sent before it died. That includes the
    connections that it has not accepted yet, of which the server itself knows nothing. Zero on systems other than Linux.
    """
    port = f":{urlsplit(url).port or 0:04X}"
    return sum(local.endswith(port) and state == _LEFT_BY_CLIENT for local, state in _connections())


def _connections() -> Iterator[tuple[str, str]]:
    if _CONNECTIONS.exists():
        for line in _CONNECTIONS.read_text(encoding="ascii").splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            yield local, state
