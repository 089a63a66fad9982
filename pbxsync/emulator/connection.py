"""A connection of cheroot's that is silent about what it could not send."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cheroot.makefile import StreamReader, StreamWriter
from cheroot.server import HTTPConnection

if TYPE_CHECKING:
    from socket import socket


class Writer(StreamWriter):
    """Drops what is left when the client is gone: from Python 3.13 on, cheroot's own would say so on standard error."""

    def close(self) -> None:
        """Close, whatever is left."""
        with suppress(OSError):
            super().close()


class Connection(HTTPConnection):
    """A connection that writes with a Writer."""

    def __init__(self, server: Any, sock: socket, makefile: object = None) -> None:
        del makefile  # cheroot's, which would make a writer of its own
        super().__init__(server, sock, _file)


def _file(sock: socket, mode: str, size: int) -> StreamReader | Writer:
    return (StreamReader if "r" in mode else Writer)(sock, mode, size)
