"""HTTP to one server: a transport that can only read, and one that can write as well.

requests works out TLS, CA bundle and proxy, once; the first request of each connection goes through the urllib3 pool that
it hands out, and later ones straight over the connection (`pbxsync.http.connection`): what libraries do around a request
(environment, cookies, redirects, pools) is the same each time here.

The key is put into the URL last (`pbxsync.http.encode`) and nowhere else. No exception of the libraries passes this
module, because theirs carry the whole URL (`pbxsync.http.failures`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3 import exceptions

from pbxsync.api.operations import is_read
from pbxsync.api.request import Reply, Request
from pbxsync.errors import NoConnection, UsageError
from pbxsync.http.connection import ConnectionPool
from pbxsync.http.counters import Counters
from pbxsync.http.deadline import DeadlineWatcher, watched
from pbxsync.http.encode import FORM_HEADERS, HEADERS, Address, form
from pbxsync.http.failures import LIBRARY_ERRORS, Route
from pbxsync.http.limiter import ConcurrencyLimiter, Withdrawn
from pbxsync.http.loggers import hide_keys
from pbxsync.http.response import pieces, whole
from pbxsync.http.retry import TOO_BUSY
from pbxsync.redaction.redactor import Redactor
from pbxsync.text.numbers import asked_pause, whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from urllib3.response import BaseHTTPResponse

    from pbxsync.http.deadline import Deadline
    from pbxsync.http.response import Response
    from pbxsync.model.entry import Secret

#: Seconds to wait for a connection, if the timeout of a request is not shorter anyway.
_CONNECT_SECONDS: Final = 10.0
#: Bytes of a streamed reply passed on at a time: few, because a slow line should be seen moving.
_STREAM_PIECE: Final = 8 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What a transport needs to know: the whole URL of the endpoint, seconds for one request, requests in flight."""

    url: str
    timeout: float = 30.0
    parallel: int = 8


class ReadTransport:
    """Sends reads, and has no way to send anything else. Thread safe; close it, or use it in a `with`.

    `host` is the server's name with its port, `proxy` that of the proxy in front of it, None without one.
    """

    def __init__(
        self, settings: Settings, redactor: Redactor | None = None, trace: Callable[[str], None] | None = None
    ) -> None:
        self.settings = settings
        self._trace = trace
        self.redactor = redactor if redactor is not None else Redactor()
        self.counters = Counters()
        self.limiter = ConcurrencyLimiter(settings.parallel)
        self._address = Address.of(settings.url)
        self.host = self._address.host
        self._watcher = DeadlineWatcher()
        self._connections = ConnectionPool()
        self._timeout = urllib3.Timeout(connect=min(settings.timeout, _CONNECT_SECONDS), read=settings.timeout)
        self._pool = self._connect(settings)
        proxy = self._pool.proxy
        self.proxy = None if proxy is None else f"{proxy.host}:{proxy.port}"
        self.route = Route(self.host, self.proxy, settings.timeout, self.redactor)
        hide_keys(self.redactor)

    def __enter__(self) -> ReadTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._connections.close()
        self._adapter.close()
        self._pool.close()
        self._watcher.stop()

    def read(self, request: Request, key: Secret) -> Reply:
        """Send one read, once, and return its reply whatever its status.

        Raises NoConnection, Unreachable, UntrustedServer, Busy (the server asked for a long pause before), Unrecognised for
        a reply that is refused, and UsageError for a request that is not known to be a read.
        """
        if not is_read(request):
            raise UsageError(f"'{request}' is not known to be a read, so it is not sent on a read-only connection")
        return self._exchange("GET", request, key)

    def stream(self, request: Request, key: Secret) -> Stream:
        """Send one read and return its reply as it comes, for audio and long CSV; close it. Raises as `read` does."""
        if not is_read(request):
            raise UsageError(f"'{request}' is not known to be a read, so it is not sent on a read-only connection")
        return self._stream("GET", request, key)

    def _exchange(
        self, method: str, request: Request, key: Secret, unless: Callable[[], object] | None = None
    ) -> Reply:
        """Wait for the limiter, send, read the whole reply, and tell the limiter how it went."""
        try:
            entered = self.limiter.enter(unless)
        except Withdrawn:
            raise NoConnection(f"{request}: the run ended before it was sent") from None
        trouble, retry_after = False, None
        self.counters.count()
        try:
            deadline = self._watcher.start(self.settings.timeout)
            try:
                response, body = self._send(method, request, key, deadline)
            finally:
                self._watcher.end()
            if deadline.passed:  # a body without a length then merely looks whole
                raise self.route.explain(TimeoutError(), late=True, sent=True)
            trouble = response.status in TOO_BUSY
            if response.status != 200:
                retry_after = asked_pause(response.headers.get("Retry-After"))
            if trouble:
                self.counters.count(refused=True)
            content_type = response.headers.get("Content-Type", "")
            date = response.headers.get("Date", "")
            reply = Reply(response.status, body, content_type, retry_after, time.monotonic() - entered, date)
        except LIBRARY_ERRORS as error:
            trouble = isinstance(error, (exceptions.TimeoutError, TimeoutError)) or deadline.passed
            explained = self.route.explain(error, late=deadline.passed, sent=deadline.sock is not None)
            self._tell(method, request, str(explained))
            raise explained from None
        else:
            if self._trace is not None:
                self._tell(method, request, f"{reply.status}, {len(body):,} bytes in {reply.seconds * 1000:.0f} ms")
            return reply
        finally:
            self.limiter.leave(entered, trouble=trouble, retry_after=retry_after)

    def _tell(self, method: str, request: Request, what: str) -> None:
        """Trace one request, without its key and without what it wrote."""
        if self._trace is not None:
            self._trace(f"{method} {request}: {what}")

    def _send(
        self, method: str, request: Request, key: Secret, deadline: Deadline
    ) -> tuple[Response | BaseHTTPResponse, bytes]:
        """Send one request, over an idle connection if there is one, and read the whole reply.

        A write goes over a new connection once the server was seen to close idle ones: a lost add is not sent again.
        """
        connection = self._connections.take()
        if connection is not None and method == "POST" and self._connections.stale_seen:
            connection.close()
            connection = None
        if connection is None:
            response = self._open(method, request, key)
            response.release_conn = lambda: None  # type: ignore[method-assign]  # else urllib3 keeps the connection
            try:
                body = whole(response)
            except BaseException:
                response.close()
                raise
            self._connections.adopt(response)
            return response, body
        deadline.sock = connection.sock
        self.redactor.learn(key)
        try:
            reply = connection.ask(self._address.encode(method, self._address.target(request, key), request), method)
            body = whole(reply)
        except BaseException as error:
            connection.close()
            if isinstance(error, ConnectionResetError) and not deadline.passed:
                self._connections.stale_seen = True
            raise
        self._connections.give_back(connection, reply)
        return reply, body

    def _open(self, method: str, request: Request, key: Secret) -> BaseHTTPResponse:
        """Send one request over a new connection; its reply's body is still to be read."""
        self.redactor.learn(key)
        return self._pool.urlopen(
            method,
            self._address.target(request, key),
            body=form(request),
            headers=HEADERS if request.jsondata is None else FORM_HEADERS,
            redirect=False,  # a redirect would carry the key along and turn a POST into a GET
            retries=False,  # retry.py and apply decide what may be repeated: they know what the request was
            timeout=self._timeout,
            preload_content=False,
            decode_content=False,
            assert_same_host=False,
        )

    def _stream(self, method: str, request: Request, key: Secret) -> Stream:
        """Send one request. The limiter learns the time to the first byte: a long body says nothing of the server."""
        entered = self.limiter.enter()
        trouble, retry_after = False, None
        self.counters.count()
        try:
            deadline = self._watcher.start(self.settings.timeout)
            try:
                stream = Stream(self._open(method, request, key), self.route)
            finally:
                self._watcher.end()
            if deadline.passed:
                raise self.route.explain(TimeoutError(), late=True, sent=True)
            trouble, retry_after = stream.status in TOO_BUSY, stream.retry_after
        except LIBRARY_ERRORS as error:
            trouble = isinstance(error, exceptions.TimeoutError) or deadline.passed
            explained = self.route.explain(error, late=deadline.passed, sent=deadline.sock is not None)
            self._tell(method, request, str(explained))
            raise explained from None
        else:
            if trouble:
                self.counters.count(refused=True)
            self._tell(method, request, f"{stream.status}, begun")
            return stream
        finally:
            self.limiter.leave(entered, trouble=trouble, retry_after=retry_after)

    def _connect(self, settings: Settings) -> urllib3.HTTPConnectionPool:
        """Let requests work out TLS, CA bundle and proxy, and take the pool that it would use.

        A proxy of the environment is used for https only, through a tunnel: it sees the host, never the key. `.netrc` is
        never read, and verification is never off.
        """
        prepared = requests.Request("GET", settings.url).prepare()
        with requests.Session() as session:
            merged = session.merge_environment_settings(settings.url, {}, stream=False, verify=True, cert=None)
        proxies = merged["proxies"] if settings.url.startswith("https:") else {}
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=settings.parallel, max_retries=0)
        try:
            adapter: Any = self._adapter
            pool = adapter.get_connection_with_tls_context(prepared, verify=merged["verify"], proxies=proxies)
            adapter.cert_verify(pool, settings.url, verify=merged["verify"], cert=None)
        except (OSError, ValueError, requests.RequestException) as error:
            raise NoConnection(f"{self.host} cannot be reached: {self.redactor(str(error))}") from None
        pool.ConnectionCls = watched(pool.ConnectionCls, self._watcher)
        return cast("urllib3.HTTPConnectionPool", pool)


class WriteTransport(ReadTransport):
    """Sends reads and writes."""

    def __enter__(self) -> WriteTransport:
        return self

    def write(self, request: Request, key: Secret, unless: Callable[[], object] | None = None) -> Reply:
        """Send one write, once: POST with `jsondata` as a form field if the request has any (doc), else GET.

        Raises as `read` does. After NoConnection, and only then, it is certain that the server did not act. It is not sent
        at all if `unless` becomes true while it waits for the limiter.
        """
        return self._exchange("GET" if request.jsondata is None else "POST", request, key, unless)

    def write_stream(self, request: Request, key: Secret) -> Stream:
        """Send one write as `write` does, and return its reply as it comes; close it."""
        return self._stream("GET" if request.jsondata is None else "POST", request, key)


class Stream:
    """A reply that is still coming: `status`, `content_type`, and the body in pieces when iterated. Close it.

    `length` is in bytes, None if the server does not say, or says only that of the compressed body.
    """

    def __init__(self, response: BaseHTTPResponse, route: Route) -> None:
        self._response = response
        self._route = route
        self.status = response.status
        self.content_type = response.headers.get("Content-Type", "")
        self.retry_after = asked_pause(response.headers.get("Retry-After"))
        compressed = response.headers.get("Content-Encoding")
        self.length = None if compressed else whole_number(response.headers.get("Content-Length", ""))

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from pieces(self._response, _STREAM_PIECE)
        except LIBRARY_ERRORS as error:
            raise self._route.explain(error, late=False, sent=True) from None

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the connection; drop it if the body was not read whole."""
        self._response.close()
