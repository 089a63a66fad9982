"""A plain client for the emulator's tests: nothing of pbxsync's own, so that the two cannot agree on a mistake."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator

LIST = (
    b'{"67":{"cu_id":"67","cu_name":"Old fax","ct_name":"FORWARD"},'
    b'"286":{"cu_id":"286","cu_name":"S\\u00f8ren","ct_name":"FORWARD"}}'
)
"""The list of DEMO that the fixture of the fault tests has."""

CUSTOM = {"reqtype": "MANAGEDB", "object": "CUSTOM", "tenant": "DEMO"}


def ask(pbx: Emulator, **params: str) -> requests.Response:
    """GET with the read key, unless another is given."""
    with requests.Session() as session:
        session.trust_env = False
        return session.get(pbx.url, params={"key": pbx.read_key, **params}, timeout=20, allow_redirects=False)


def custom(pbx: Emulator, action: str, tenant: str = "DEMO", **params: str) -> requests.Response:
    """A read of custom destinations."""
    return ask(pbx, **{**CUSTOM, "tenant": tenant, "action": action, **params})


def write(pbx: Emulator, action: str, fields: dict[str, Any], tenant: str = "DEMO", **params: str) -> requests.Response:
    """Add or update, with the write key in the query and jsondata in the form."""
    query = {"key": pbx.write_key, **CUSTOM, "tenant": tenant, "action": action, **params}
    with requests.Session() as session:
        session.trust_env = False
        data = {"jsondata": json.dumps(fields)}
        return session.post(pbx.url, params=query, data=data, timeout=20, allow_redirects=False)


def exchange(pbx: Emulator, action: str = "list") -> bytes:
    """All bytes of one reply, up to the end of the connection."""
    host, port = pbx.url.split("/")[2].split(":")
    path = f"/pbx/proxyapi.php?key={pbx.read_key}&reqtype=MANAGEDB&object=CUSTOM&tenant=DEMO&action={action}"
    with socket.create_connection((host, int(port)), timeout=20) as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        pieces = []
        while piece := sock.recv(1 << 20):
            pieces.append(piece)
    return b"".join(pieces)


def resets(pbx: Emulator) -> bool:
    """Whether a request finds its connection reset."""
    with pytest.raises(ConnectionResetError):
        exchange(pbx)
    return True


def answers_in_the_end(pbx: Emulator) -> bool:
    """Whether connections are accepted again, in a while."""
    for _ in range(100):
        time.sleep(0.02)  # the outside of a socket has no event to wait for
        try:
            return exchange(pbx).endswith(LIST)
        except ConnectionRefusedError:
            continue
    return False
