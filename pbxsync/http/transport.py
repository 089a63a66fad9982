"""HTTP to one PBX: the one home of requests and urllib3. A read-only transport, and one that can write as well.

requests works out TLS, CA bundle and proxy, once; the first request of each connection goes through the urllib3 pool that
it hands out, and those after it straight over the connection (`pbxsync.http.connection`): what libraries do around a
request (environment, cookies, redirects, pools) is the same each time here.

The key is put into the URL last (`pbxsync.http.encode`) and nowhere else. No exception of the libraries passes this
module, because theirs carry the whole URL; and their loggers are made to leave it out.
"""

from __future__ import annotations

import ssl
import time
import zlib
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final, cast

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3 import exceptions as broken

from pbxsync.api.operations import is_read
from pbxsync.api.request import Reply, Request
from pbxsync.errors import NoConnection, Unreachable, Unrecognised, UntrustedServer, UsageError
from pbxsync.http.connection import ConnectionPool, TooLong, keep_from_pool, whole
from pbxsync.http.counters import Counters
from pbxsync.http.deadline import Watchdog, watched
from pbxsync.http.encode import Address, form, headers
from pbxsync.http.gzip import GZIP, CutShort, gunzipped
from pbxsync.http.limiter import ConcurrencyLimiter, Withdrawn
from pbxsync.http.loggers import hide_keys
from pbxsync.redaction.redactor import Redactor
from pbxsync.text.numbers import asked_pause, whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.client import HTTPResponse

    from urllib3.response import BaseHTTPResponse

    from pbxsync.http.deadline import Guard
    from pbxsync.model.entry import Secret

#: Seconds to wait for a connection, where the time-out of a request is not shorter anyway.
_CONNECT_SECONDS: Final = 10.0
#: A reply may be this long when decoded: three times what a tenant of 20,000 destinations would take.
REPLY_LIMIT: Final = 32 * 1024 * 1024
_CHUNK: Final = 256 * 1024
#: Of a reply that is passed on as it comes: little, since a slow line is to be seen moving.
_PIECE: Final = 8 * 1024
#: Of a compressed reply so much is read at a time: an older urllib3 decodes all of it at once, to a thousand times as much.
_CODED_CHUNK: Final = 16 * 1024
#: Statuses by which a server or what stands before it says that it has too much to do.
_TOO_MUCH: Final = frozenset({429, 503})
#: What the libraries raise while they exchange bytes; a ValueError where the length of a chunk is a negative number.
_LIBRARY_ERRORS: Final = (broken.HTTPError, HTTPException, OSError, ValueError, zlib.error, CutShort)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a transport needs to know: the whole URL of the endpoint, seconds for one request, requests in flight."""

    url: str
    timeout: float = 30.0
    parallel: int = 8


class ReadTransport:
    """Sends reads, and has no way to send anything else. Thread safe; close it, or use it in a `with`."""

    def __init__(
        self, settings: Settings, redactor: Redactor | None = None, trace: Callable[[str], None] | None = None
    ) -> None:
        self.settings = settings
        self._trace = trace
        self.redactor = redactor if redactor is not None else Redactor()
        self.meter = Counters()
        self.limiter = ConcurrencyLimiter(settings.parallel)
        self._address = Address.of(settings.url)
        self.host = self._address.host
        self._watchdog = Watchdog()
        self._lanes = ConnectionPool()
        self._timeout = urllib3.Timeout(connect=min(settings.timeout, _CONNECT_SECONDS), read=settings.timeout)
        self._pool = self._connect(settings)
        hide_keys(self.redactor)

    def __enter__(self) -> ReadTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._lanes.close()
        self._adapter.close()
        self._pool.close()
        self._watchdog.stop()

    def read(self, request: Request, key: Secret) -> Reply:
        """Send one read, once, and return its reply whatever its status.

        Raises NoConnection, Unreachable, UntrustedServer, and Unrecognised for a reply that is too long or cannot be
        decoded. UsageError for a request that is not known to be a read.
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
        """Take a place, send, read the whole reply, and tell the pacer how it went."""
        try:
            entered = self.limiter.enter(unless)
        except Withdrawn:
            raise NoConnection(f"{request}: the run ended before it was sent") from None
        trouble, retry_after = False, None
        self.meter.count()
        try:
            with self._watchdog.within(self.settings.timeout) as guard:
                response, body = self._answer(method, request, key, guard)
                guard.check(self.host)
            trouble = response.status in _TOO_MUCH
            if response.status != 200:
                retry_after = asked_pause(response.headers.get("Retry-After"))
            if trouble:
                self.meter.count(refused=True)
            kind = response.headers.get("Content-Type", "")
            date = response.headers.get("Date", "")
            reply = Reply(response.status, body, kind, retry_after, time.monotonic() - entered, date)
        except _LIBRARY_ERRORS as error:
            trouble = isinstance(error, (broken.TimeoutError, TimeoutError)) or guard.fired
            explained = self._explained(error, late=guard.fired, sent=guard.sock is not None)
            self._tell(method, request, str(explained))
            raise explained from None
        else:
            if self._trace is not None:
                self._tell(method, request, f"{reply.status}, {len(body):,} bytes in {reply.seconds * 1000:.0f} ms")
            return reply
        finally:
            self.limiter.leave(entered, trouble=trouble, retry_after=retry_after)

    def _tell(self, method: str, request: Request, what: str) -> None:
        """Tell whoever follows the requests of one, without its key and without what it wrote."""
        if self._trace is not None:
            self._trace(f"{method} {request}: {what}")

    def _answer(
        self, method: str, request: Request, key: Secret, guard: Guard
    ) -> tuple[HTTPResponse | BaseHTTPResponse, bytes]:
        """Send one request, over a connection that is open already where there is one, and read the whole reply.

        A write goes over a new one where the server was seen to close them: an add that is lost is not sent again.
        """
        lane = self._lanes.take()
        if lane is not None and method == "POST" and self._lanes.stale_seen:
            lane.close()
            lane = None
        if lane is None:
            return self._first(method, request, key)
        guard.sock = lane.sock
        try:
            reply = lane.ask(self._address.whole(method, self._target(request, key), request), method)
            body = self._lane_body(reply)
        except BaseException as error:
            lane.close()
            if isinstance(error, ConnectionResetError) and not guard.fired:
                self._lanes.stale_seen = True
            raise
        self._lanes.give_back(lane, reply)
        return reply, body

    def _first(self, method: str, request: Request, key: Secret) -> tuple[BaseHTTPResponse, bytes]:
        """Send the first request of a connection, which becomes a lane."""
        response = self._send(method, request, key)
        keep_from_pool(response)
        try:
            body = self._body(response)
        except BaseException:
            response.close()
            raise
        self._lanes.open_with(response)
        return response, body

    def _target(self, request: Request, key: Secret) -> str:
        """Return path and query, with a key that is known from now on wherever it shows itself."""
        self.redactor.learn(key)
        return self._address.target(request, key)

    def _lane_body(self, reply: HTTPResponse) -> bytes:
        if reply.headers.get("Content-Encoding") is None:
            try:
                return whole(reply, REPLY_LIMIT)
            except TooLong:
                raise self._too_long() from None
        found = dict(reply.headers.items())
        return self._body(urllib3.HTTPResponse(reply, found, reply.status, preload_content=False))

    def _too_long(self) -> Unrecognised:
        return Unrecognised(f"{self.host} sent a reply of more than {REPLY_LIMIT // 1024 // 1024} MiB: not read")

    def _send(self, method: str, request: Request, key: Secret) -> BaseHTTPResponse:
        """Send one request over a new connection; its reply's body is still to be read."""
        return self._pool.urlopen(
            method,
            self._target(request, key),
            body=form(request),
            headers=headers(request),
            redirect=False,  # a redirect would carry the key along and turn a POST into a GET
            retries=False,  # what may be repeated is decided in retry.py and in apply, where it is known what it was
            timeout=self._timeout,
            preload_content=False,
            assert_same_host=False,
        )

    def _stream(self, method: str, request: Request, key: Secret) -> Stream:
        """Send one request. The pacer is told of the time to the first byte: a long body says nothing of the server."""
        entered = self.limiter.enter()
        trouble, retry_after = False, None
        self.meter.count()
        try:
            with self._watchdog.within(self.settings.timeout) as guard:
                stream = Stream(self._send(method, request, key), self)
                guard.check(self.host)
            trouble, retry_after = stream.status in _TOO_MUCH, stream.retry_after
        except _LIBRARY_ERRORS as error:
            trouble = isinstance(error, broken.TimeoutError) or guard.fired
            explained = self._explained(error, late=guard.fired, sent=guard.sock is not None)
            self._tell(method, request, str(explained))
            raise explained from None
        else:
            if trouble:
                self.meter.count(refused=True)
            self._tell(method, request, f"{stream.status}, begun")
            return stream
        finally:
            self.limiter.leave(entered, trouble=trouble, retry_after=retry_after)

    def _body(self, response: BaseHTTPResponse) -> bytes:
        """Return the whole body, decoded; at most REPLY_LIMIT bytes of it are ever held."""
        announced = whole_number(response.headers.get("Content-Length", ""))
        chunks: list[bytes] = []
        size = 0
        too_long = announced is not None and announced > REPLY_LIMIT
        for chunk in () if too_long else _decoded(response, _CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            too_long = size > REPLY_LIMIT
            if too_long:
                break
        if too_long:
            response.close()
            raise self._too_long()
        response.release_conn()
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _connect(self, settings: Settings) -> urllib3.HTTPConnectionPool:
        """Let requests work out TLS, CA bundle and proxy, and take the pool that it would use.

        A proxy of the environment is used for https alone, through a tunnel: it sees the host, never the key. `.netrc`
        is never read, and verification is never off.
        """
        prepared = requests.Request("GET", settings.url).prepare()
        with requests.Session() as session:
            found = session.merge_environment_settings(settings.url, {}, stream=False, verify=True, cert=None)
        proxies = found["proxies"] if settings.url.startswith("https:") else {}
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=settings.parallel, max_retries=0)
        try:
            adapter: Any = self._adapter
            pool = adapter.get_connection_with_tls_context(prepared, verify=found["verify"], proxies=proxies)
            adapter.cert_verify(pool, settings.url, verify=found["verify"], cert=None)
        except (OSError, ValueError, requests.RequestException) as error:
            raise NoConnection(f"{self.host} cannot be reached: {self.redactor(str(error))}") from None
        pool.ConnectionCls = watched(pool.ConnectionCls, self._watchdog)
        return cast("urllib3.HTTPConnectionPool", pool)

    def _explained(self, error: Exception, *, late: bool, sent: bool) -> Exception:
        """Return our error for one of the libraries, with the host and the fact but never the URL.

        `late`: it took too long; `sent`: a connection stood, so that the request may have gone out.
        """
        cause = _root(error)
        fact = f"{type(cause).__name__}" if not isinstance(cause, OSError) else (cause.strerror or type(cause).__name__)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return UntrustedServer(
                f"{self.host} shows a certificate that is not trusted ({self.redactor(cause.verify_message)}): nothing"
                " was sent. If its CA is your own, name its file in REQUESTS_CA_BUNDLE"
            )
        if isinstance(cause, ssl.SSLError) and not sent:
            return NoConnection(f"{self.host} cannot be reached: TLS does not come about ({cause.reason or fact})")
        if late or isinstance(error, (broken.ReadTimeoutError, TimeoutError)):
            return Unreachable(f"{self.host} gave no whole reply within {self.settings.timeout:g} seconds")
        # To urllib3 what breaks behind a proxy is a ProxyError too, after the request has gone through the tunnel.
        refusing = isinstance(error, broken.ProxyError) and not sent
        if refusing or isinstance(error, (broken.ConnectTimeoutError, broken.NewConnectionError)):
            return NoConnection(f"{self.host} cannot be reached: {self.redactor(fact)}")
        if isinstance(error, (broken.DecodeError, zlib.error)):
            return Unrecognised(f"{self.host} sent a reply whose content coding is broken")
        return Unreachable(f"the connection to {self.host} broke before the whole reply had come ({fact})")


class WriteTransport(ReadTransport):
    """Sends reads and writes."""

    def __enter__(self) -> WriteTransport:
        return self

    def write(self, request: Request, key: Secret, unless: Callable[[], object] | None = None) -> Reply:
        """Send one write, once: POST with `jsondata` as a form field where the request has any (doc), else GET.

        Raises as `read` does. After NoConnection, and only then, it is certain that the server did not act. It is not sent
        at all where `unless` is true before it has a place.
        """
        return self._exchange("GET" if request.jsondata is None else "POST", request, key, unless)

    def write_stream(self, request: Request, key: Secret) -> Stream:
        """Send one write as `write` does, and return its reply as it comes; close it."""
        return self._stream("GET" if request.jsondata is None else "POST", request, key)


class Stream:
    """A reply that is still coming: `status`, `content_type`, and the body in pieces when iterated. Close it.

    `length` is in bytes, None where the server does not say, or says that of the compressed body.
    """

    def __init__(self, response: BaseHTTPResponse, transport: ReadTransport) -> None:
        self._response = response
        self._explain = transport._explained  # noqa: SLF001 - the two halves of one thing
        self.status = response.status
        self.content_type = response.headers.get("Content-Type", "")
        self.retry_after = asked_pause(response.headers.get("Retry-After"))
        coded = response.headers.get("Content-Encoding")
        self.length = None if coded else whole_number(response.headers.get("Content-Length", ""))

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from _decoded(self._response, _PIECE)
        except _LIBRARY_ERRORS as error:
            raise self._explain(error, late=False, sent=True) from None

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back, or up where the body was not read whole."""
        self._response.close()


def _decoded(response: BaseHTTPResponse, most: int) -> Iterator[bytes]:
    """Yield a body in pieces of about `most` bytes, decoded; raise one of _LIBRARY_ERRORS where it is not whole."""
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding in GZIP:
        yield from gunzipped(lambda: response.read(min(most, _CODED_CHUNK), decode_content=False), most)
        return
    while piece := response.read(min(most, _CODED_CHUNK) if coding else most):
        yield piece


def _root(error: BaseException) -> BaseException:
    """Return what an error of the libraries was about: they wrap the socket's or the TLS library's."""
    for _ in range(8):
        inner = next((arg for arg in reversed(error.args) if isinstance(arg, BaseException)), None)
        inner = inner or getattr(error, "reason", None) or error.__cause__
        if not isinstance(inner, BaseException):
            break
        error = inner
    return error
