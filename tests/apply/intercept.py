"""Somebody who stands between pbxsync and the PBX and sees each request before the PBX does."""

from __future__ import annotations

import http.client
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.workspace import Workspace


@contextmanager
def intercepted(workspace: Workspace, sees: Callable[[str, str], None]) -> Iterator[None]:
    """Pass all requests of a workspace on, after `sees(action, tenant)` has returned."""
    target = urlsplit(workspace.pbx.url)
    failures: list[BaseException] = []

    class Between(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                sees(asked["action"][0], asked["tenant"][0])
            except BaseException as error:  # noqa: BLE001 - raised again where the test can see it
                failures.append(error)
            far = http.client.HTTPConnection(target.hostname or "", target.port)
            kind = {"Content-Type": self.headers["Content-Type"]} if body else {}
            far.request(self.command, self.path, body or None, kind)
            reply = far.getresponse()
            content = reply.read()
            far.close()
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.headers["Content-Type"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Between)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    workspace.environ["PBXSYNC_URL"] = f"http://127.0.0.1:{server.server_port}{target.path}"
    try:
        yield
    finally:
        workspace.environ["PBXSYNC_URL"] = workspace.pbx.url
        server.shutdown()
        server.server_close()
        thread.join()
    if failures:
        raise failures[0]
