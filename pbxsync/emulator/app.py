"""The WSGI application: a request in, the operation it names, an answer out, a record in the log."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from werkzeug.wrappers import Request as HttpRequest

from pbxsync.emulator import call as calls
from pbxsync.emulator.answer import NOTHING, REFUSED, Answer
from pbxsync.emulator.log import Request, RequestLog
from pbxsync.emulator.operations import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from pbxsync.emulator.call import Call
    from pbxsync.emulator.keys import KeyRing
    from pbxsync.emulator.operations.base import World

SCRIPT: Final = "/proxyapi.php"
"""The last part of the path; what stands before it differs per installation [doc]."""

_EXCERPT: Final = 200
_CONTENT: Final = {"json": "application/json; charset=utf-8", "html": "text/html; charset=UTF-8"}


class App:
    """One emulated PBX as a WSGI application."""

    def __init__(self, world: World, keys: KeyRing, log: RequestLog) -> None:
        self._world = world
        self._keys = keys
        self._log = log

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, as WSGI has it."""
        started = time.monotonic()
        n, in_flight = self._log.arrived()
        request = HttpRequest(environ)
        call = calls.read(request)
        answer = self._answer(call) if request.path.endswith(SCRIPT) else _NOT_FOUND
        self._log.left()
        self._log.add(self._record(call, answer, n=n, in_flight=in_flight, started=started))
        status = HTTPStatus(answer.status)
        headers = [
            ("Content-Type", answer.content or self._content(call)),
            ("Content-Length", str(len(answer.body))),
        ]
        start_response(f"{status.value} {status.phrase}", headers)
        return [] if call.method == "HEAD" else [answer.body]

    def _answer(self, call: Call) -> Answer:
        operation = table.find(*call.operation)
        allowed = self._keys.allows(
            call.key,
            tenant=call.tenant,
            writes=operation is not None and operation.writes,
            needs_tenant=operation is None or operation.needs_tenant,
        )
        if not allowed:
            return REFUSED
        return operation.run(call, self._world) if operation else NOTHING

    def _content(self, call: Call) -> str:
        """The content type follows `format` and the PBX's habit, not the content [field]."""
        if call.word("format") == "JSON":
            return _CONTENT["json"]
        return _CONTENT[self._world.dialect.content]

    def _record(self, call: Call, answer: Answer, *, n: int, in_flight: int, started: float) -> Request:
        reqtype, obj, action = call.operation
        excerpt = answer.body[:_EXCERPT].decode(errors="replace")
        return Request(
            n=n,
            method=call.method,
            reqtype=reqtype,
            object=obj,
            action=action,
            tenant=call.tenant,
            objectid=call.text("objectid"),
            cache=call.text("cache").lower() or None,
            params=call.params,
            key_kind=self._keys.kind(call.key),
            started=started,
            finished=time.monotonic(),
            in_flight=in_flight,
            committed=answer.committed,
            status=answer.status,
            reply=excerpt.replace(call.key, "<key>") if call.key else excerpt,
        )


_NOT_FOUND: Final = Answer(b"<html><body><h1>Not Found</h1></body></html>", _CONTENT["html"], 404)
