"""Keeps every test, and every process that a test starts, from reaching another machine.

An audit hook sees each connection and each look-up of a name, whichever library makes it.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any


class LeftLoopback(BaseException):
    """Something tried to reach another machine; no `except Exception` can swallow that."""


def guard() -> None:
    """From now on this process can reach only its own machine."""
    sys.addaudithook(_watch)


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"}:
        sock, address = args
        if sock.family in {socket.AF_INET, socket.AF_INET6} and not _here(address[0]):
            raise LeftLoopback(f"{event} to {address[0]}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not _here(args[0]):
        raise LeftLoopback(f"a look-up of {args[0]!r}")


def _here(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(name or "").is_loopback
    except ValueError:
        return False
