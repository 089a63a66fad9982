"""A killed client may leave a request in the server's accept queue: a case goes on only once it is carried out."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from cheroot.connections import ConnectionManager

from tests.chaos.runner import case_runner, settle
from tests.support.unread import left_connections

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_request_of_a_client_that_is_gone_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manager: Any = ConnectionManager
    accept = manager._from_server_socket  # noqa: SLF001 - cheroot has no public name for it

    def late(*words: Any) -> Any:
        time.sleep(0.3)
        return accept(*words)

    monkeypatch.setattr(manager, "_from_server_socket", late)
    with case_runner(tmp_path, "default") as runner:
        pbx = runner.pbx
        row = json.dumps({"cu_name": "Night", "cu_ct_id": "1"})
        body = urlencode({"jsondata": row})
        url = urlsplit(pbx.url)
        query = urlencode(
            {"key": pbx.write_key, "reqtype": "MANAGEDB", "object": "CUSTOM", "action": "ADD", "tenant": "DEMO"}
        )
        head = (
            f"POST {url.path}?{query} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
        )
        with socket.create_connection((url.hostname or "", url.port or 0)) as client:
            client.sendall((head + body).encode())
        assert (pbx.at_work, pbx.rows("DEMO")) == (0, [])
        assert left_connections(pbx.url) == 1
        settle(pbx)
        assert [stored["cu_name"] for stored in pbx.rows("DEMO")] == ["Night"]
        assert left_connections(pbx.url) == 0
