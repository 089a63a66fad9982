"""The WSGI application: reads a request, runs the operation that it names, logs it and sends the answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Request as WerkzeugRequest

from pbxsync.emulator.answer import HTML, NOTHING, REFUSED, WRONG_TENANT, Answer, Delivery, page
from pbxsync.emulator.faults import Faults
from pbxsync.emulator.faults.base import Exchange
from pbxsync.emulator.faults.pages import LOGIN
from pbxsync.emulator.log import LogEntry, RequestLog
from pbxsync.emulator.operations import table
from pbxsync.emulator.request import read
from pbxsync.emulator.server import CONNECTION_KEY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from pbxsync.emulator.keys import KeyRing
    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request
    from pbxsync.emulator.server import ClientConnection

SCRIPT: Final = "/proxyapi.php"
"""The last part of the path. The prefix differs between installations [doc]."""

_EXCERPT: Final = 200
_CONTENT: Final = {"json": "application/json; charset=utf-8", "html": HTML, "bare": "text/html"}
_NOT_FOUND: Final = page(404, "Not Found")
_TOO_MANY: Final = page(429, "Too Many Requests")
_DOWN: Final = Answer(status=0, delivery=Delivery("reset"))


class _HttpRequest(WerkzeugRequest):
    """A request without werkzeug's limit on the size of the form."""

    max_form_memory_size = None


@dataclass(slots=True)
class Behaviour:
    """How the server treats every client. May be changed while it runs.

    Every answer is delayed by latency_ms. Requests beyond max_in_flight at a time are refused with 429.
    """

    faults: Faults = field(default_factory=Faults)
    latency_ms: float = 0.0
    max_in_flight: int | None = None


@dataclass(frozen=True, slots=True)
class App:
    """One emulated PBX as a WSGI application."""

    backend: Backend
    keys: KeyRing
    log: RequestLog
    behaviour: Behaviour

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI defines it."""
        started = time.monotonic()
        n, in_flight, admitted = self.log.arrived(self.behaviour.max_in_flight)
        connection: ClientConnection = environ[CONNECTION_KEY]
        http_request = _HttpRequest(environ)
        request = read(http_request)
        if admitted:
            answer, fault = self._answer(http_request, request, connection)
            self._count_out(connection, answer)
        else:
            answer, fault = _TOO_MANY, "max_in_flight"
        self.log.add(
            self._log_entry(http_request.path, request, answer, fault, n=n, in_flight=in_flight, started=started)
        )
        return self._send(request, answer, connection, start_response)

    def _answer(
        self, http_request: _HttpRequest, request: Request, connection: ClientConnection
    ) -> tuple[Answer, str | None]:
        if connection.refused:
            return _DOWN, "refuse"
        if not http_request.path.endswith(SCRIPT):
            return (LOGIN if http_request.path.endswith("/index.php") else _NOT_FOUND), None
        if self.behaviour.latency_ms:
            connection.pause(self.behaviour.latency_ms / 1000)
        exchange = Exchange(request, self.backend, connection, _url(http_request))
        return self.behaviour.faults.run(exchange, self._operate)

    def _operate(self, exchange: Exchange) -> Answer:
        request = exchange.request
        operation = table.find(*request.operation, exchange.backend.dialect)
        writes = operation is not None and operation.writes
        needs_tenant = operation is None or operation.needs_tenant
        if not self.keys.allows(request.key, tenant=request.tenant, writes=writes, needs_tenant=needs_tenant):
            names_tenant = operation is not None and request.word("reqtype") != "MANAGEDB"
            return (
                WRONG_TENANT if names_tenant and self.keys.opens_every_tenant(request.key, writes=writes) else REFUSED
            )
        return operation.run(request, exchange.backend) if operation else NOTHING

    def _count_out(self, connection: ClientConnection, answer: Answer) -> None:
        """Count the request out before its answer is sent, because the client may send the next one at once.

        An answer that takes long to send counts until it has been sent.
        """
        if answer.delivery or answer.stream:
            connection.on_sent = self.log.left
        else:
            self.log.left()

    def _send(
        self, request: Request, answer: Answer, connection: ClientConnection, start_response: StartResponse
    ) -> Iterable[bytes]:
        connection.delivery = answer.delivery
        if answer.status == 0:
            return []
        status = HTTPStatus(answer.status)
        headers = [("Content-Type", answer.content or self._content(request)), *answer.headers]
        if not answer.stream:
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{status.value} {status.phrase}", headers)
        if request.method == "HEAD":
            return []
        return answer.stream() if answer.stream else [answer.body]

    def _content(self, request: Request) -> str:
        """The content type follows `format` and the dialect, not the content [field]."""
        if request.word("format") == "JSON":
            return _CONTENT["json"]
        return _CONTENT[self.backend.dialect.content]

    def _log_entry(
        self, path: str, request: Request, answer: Answer, fault: str | None, *, n: int, in_flight: int, started: float
    ) -> LogEntry:
        reqtype, obj, action = request.operation
        excerpt = answer.body[:_EXCERPT].decode(errors="replace")
        return LogEntry(
            n=n,
            path=path,
            method=request.method,
            reqtype=reqtype,
            object=obj,
            action=action,
            tenant=request.tenant,
            objectid=request.text("objectid"),
            cache=request.text("cache").lower() or None,
            params=request.params,
            key_kind=self.keys.kind(request.key),
            started=started,
            finished=time.monotonic(),
            in_flight=in_flight,
            committed=answer.committed,
            status=answer.status,
            # Replacing a key of one or two characters, as tests use, would destroy the text.
            reply=excerpt.replace(request.key, "<key>") if len(request.key) > 3 else excerpt,
            fault=fault,
        )


def _url(request: _HttpRequest) -> str:
    """The URL exactly as sent. Werkzeug's own is decoded and encoded again, which is slow."""
    return f"http://{request.environ.get('HTTP_HOST', '')}{request.environ['REQUEST_URI']}"
