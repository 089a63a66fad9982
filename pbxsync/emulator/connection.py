"""A cheroot connection that discards unsent data silently when the client is gone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cheroot.makefile import StreamReader, StreamWriter
from cheroot.server import HTTPConnection

if TYPE_CHECKING:
    from socket import socket


class Writer(StreamWriter):
    """Discards unsent data on close. From Python 3.13 on, cheroot's own writer reports it on standard error."""

    def close(self) -> None:
        """Close, even if the rest cannot be sent."""
        with suppress(OSError):
            super().close()


class Connection(HTTPConnection):
    """A connection that uses `Writer`."""

    def __init__(self, server: Any, sock: socket, makefile: object = None) -> None:
        del makefile  # would create cheroot's own writer
        super().__init__(server, sock, _file)


def _file(sock: socket, mode: str, size: int) -> StreamReader | Writer:
    return (StreamReader if "r" in mode else Writer)(sock, mode, size)
