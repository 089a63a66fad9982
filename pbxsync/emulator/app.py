"""The WSGI application: a request in, the operation it names, an answer out, a record in the log."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Request as HttpRequest

from pbxsync.emulator import request as calls
from pbxsync.emulator import server as lines
from pbxsync.emulator.answer import HTML, NOTHING, REFUSED, Answer, Delivery, page
from pbxsync.emulator.faults import Faults
from pbxsync.emulator.faults.kind import Case
from pbxsync.emulator.faults.pages import LOGIN
from pbxsync.emulator.log import LogEntry, RequestLog
from pbxsync.emulator.operations import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from pbxsync.emulator.keys import KeyRing
    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request
    from pbxsync.emulator.server import ClientConnection

SCRIPT: Final = "/proxyapi.php"
"""The last part of the path; what stands before it differs per installation [doc]."""

_EXCERPT: Final = 200
_CONTENT: Final = {"json": "application/json; charset=utf-8", "html": HTML, "bare": "text/html"}
_NOT_FOUND: Final = page(404, "Not Found")
_CROWDED: Final = page(429, "Too Many Requests")
_DOWN: Final = Answer(status=0, wire=Delivery("reset"))


class _Request(HttpRequest):
    """A request whose form may be as large as its client likes: that it is too large is not for werkzeug to say."""

    max_form_memory_size = None


@dataclass(slots=True)
class Behaviour:
    """How the server behaves to everybody. May be changed while it runs.

    latency_ms is waited before every answer; more than max_in_flight requests at a time are refused with 429.
    """

    faults: Faults = field(default_factory=Faults)
    latency_ms: float = 0.0
    max_in_flight: int | None = None


@dataclass(frozen=True, slots=True)
class App:
    """One emulated PBX as a WSGI application."""

    world: Backend
    keys: KeyRing
    log: RequestLog
    conduct: Behaviour

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        started = time.monotonic()
        n, in_flight, welcome = self.log.arrived(self.conduct.max_in_flight)
        line: ClientConnection = environ[lines.KEY]
        request = _Request(environ)
        call = calls.read(request)
        answer, fault = self._answer(request, call, line) if welcome else (_CROWDED, "max_in_flight")
        if welcome:
            self._count_out(line, answer)
        self.log.add(self._record(request.path, call, answer, fault, n=n, in_flight=in_flight, started=started))
        return self._send(call, answer, line, start_response)

    def _answer(self, request: HttpRequest, call: Request, line: ClientConnection) -> tuple[Answer, str | None]:
        if line.refused:
            return _DOWN, "refuse"
        if not request.path.endswith(SCRIPT):
            return (LOGIN if request.path.endswith("/index.php") else _NOT_FOUND), None
        if self.conduct.latency_ms:
            line.pause(self.conduct.latency_ms / 1000)
        return self.conduct.faults.run(Case(call, self.world, line, _url(request)), self._operate)

    def _operate(self, case: Case) -> Answer:
        call = case.call
        operation = table.find(*call.operation)
        allowed = self.keys.allows(
            call.key,
            tenant=call.tenant,
            writes=operation is not None and operation.writes,
            needs_tenant=operation is None or operation.needs_tenant,
        )
        if not allowed:
            return REFUSED
        return operation.run(call, case.world) if operation else NOTHING

    def _count_out(self, line: ClientConnection, answer: Answer) -> None:
        """Count the request out now, for its client may be back at once; or when it is through, where that takes long."""
        if answer.wire or answer.stream:
            line.done = self.log.left
        else:
            self.log.left()

    def _send(
        self, call: Request, answer: Answer, line: ClientConnection, start_response: StartResponse
    ) -> Iterable[bytes]:
        line.wire = answer.wire
        if answer.status == 0:
            return []
        status = HTTPStatus(answer.status)
        headers = [("Content-Type", answer.content or self._content(call)), *answer.headers]
        if not answer.stream:
            headers.append(("Content-Length", str(len(answer.body))))
        start_response(f"{status.value} {status.phrase}", headers)
        if call.method == "HEAD":
            return []
        return answer.stream() if answer.stream else [answer.body]

    def _content(self, call: Request) -> str:
        """The content type follows `format` and the PBX's habit, not the content [field]."""
        if call.word("format") == "JSON":
            return _CONTENT["json"]
        return _CONTENT[self.world.dialect.content]

    def _record(
        self, path: str, call: Request, answer: Answer, fault: str | None, *, n: int, in_flight: int, started: float
    ) -> LogEntry:
        reqtype, obj, action = call.operation
        excerpt = answer.body[:_EXCERPT].decode(errors="replace")
        return LogEntry(
            n=n,
            path=path,
            method=call.method,
            reqtype=reqtype,
            object=obj,
            action=action,
            tenant=call.tenant,
            objectid=call.text("objectid"),
            cache=call.text("cache").lower() or None,
            params=call.params,
            key_kind=self.keys.kind(call.key),
            started=started,
            finished=time.monotonic(),
            in_flight=in_flight,
            committed=answer.committed,
            status=answer.status,
            # A key of a letter or two, as tests have them, would tear holes into the text.
            reply=excerpt.replace(call.key, "<key>") if len(call.key) > 3 else excerpt,
            fault=fault,
        )


def _url(request: HttpRequest) -> str:
    """The URL to the letter; werkzeug's own is decoded and encoded again, and takes its time for it."""
    return f"http://{request.environ.get('HTTP_HOST', '')}{request.environ['REQUEST_URI']}"
