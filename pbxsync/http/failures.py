"""From the errors of the libraries to ours: the hop that failed and the fact, but never the URL, which carries the key."""

from __future__ import annotations

import re
import ssl
import zlib
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

from urllib3 import exceptions

from pbxsync.errors import NoConnection, Unreachable, Unrecognised, UntrustedServer
from pbxsync.http.gzip import CutShort
from pbxsync.http.response import BadReply
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from pbxsync.redaction.redactor import Redactor

#: What the libraries raise while bytes are exchanged.
LIBRARY_ERRORS: Final = (exceptions.HTTPError, HTTPException, OSError, ValueError, zlib.error, CutShort)
#: What urllib3 raises if the first hop, which is the proxy if there is one, cannot be reached.
_CONNECTING: Final = (exceptions.ProxyError, exceptions.NewConnectionError, exceptions.ConnectTimeoutError)
#: How http.client reports that a proxy refused to open the tunnel.
_TUNNEL_REFUSED: Final = re.compile(r"Tunnel connection failed: (\d{3}) *(.{0,80})")
_PROXY_ADVICE: Final = {
    407: "it wants a user and password, as in HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT",
    403: "ask who runs it to allow this host, or name the host in NO_PROXY",
}
_GATEWAY_ADVICE: Final = "it could not reach this host: check the url, or ask who runs the proxy"


@dataclass(frozen=True, slots=True)
class Route:
    """Which way requests go: to `host`, through `proxy` if there is one; both with their port, neither with a password."""

    host: str
    proxy: str | None
    timeout: float
    redact: Redactor

    def explain(self, error: Exception, *, late: bool, sent: bool) -> Exception:
        """Return our error for one of LIBRARY_ERRORS.

        `late`: it took longer than the timeout in all; `sent`: the connection was open, so the request may have gone out.
        """
        cause = _root(error)
        fact = type(cause).__name__
        if isinstance(cause, OSError):
            fact = self.redact(cause.strerror or str(cause) or fact)
        if isinstance(cause, TimeoutError):
            fact = "timed out"
        through = f" through the proxy {self.proxy}" if self.proxy else ""
        if not sent:
            return self._not_sent(error, cause, fact, through)
        if isinstance(cause, BadReply):
            return Unrecognised(f"{self.host} sent {cause}")
        if isinstance(error, (exceptions.DecodeError, zlib.error)):
            return Unrecognised(f"{self.host} sent a reply whose content coding is broken")
        if late or isinstance(error, (exceptions.ReadTimeoutError, TimeoutError)):
            return Unreachable(f"{self.host} gave no whole reply within {self.timeout:g} seconds")
        return Unreachable(f"the connection to {self.host}{through} broke before the whole reply had come ({fact})")

    def _not_sent(self, error: Exception, cause: BaseException, fact: str, through: str) -> Exception:
        """Return the error for a connection that was never open, so that nothing was sent, naming the hop that failed."""
        if isinstance(cause, ssl.SSLCertVerificationError):
            return UntrustedServer(
                f"{self.host} shows a certificate that is not trusted ({self.redact(cause.verify_message)}): nothing"
                f" was sent{through}. If its CA is your own, name its file in REQUESTS_CA_BUNDLE"
            )
        if isinstance(cause, ssl.SSLError):
            fact = f"the TLS handshake failed ({cause.reason or fact})"
        elif refused := _TUNNEL_REFUSED.search(str(cause)):
            status = int(refused[1])
            advice = _PROXY_ADVICE.get(status, _GATEWAY_ADVICE if status >= 500 else "check HTTPS_PROXY")
            answer = self.redact(sanitize(refused[0].partition(": ")[2].strip()))
            return NoConnection(f"the proxy {self.proxy} refuses to connect to {self.host} (HTTP {answer}): {advice}")
        elif self.proxy is not None and isinstance(error, _CONNECTING):
            return NoConnection(f"the proxy {self.proxy} cannot be reached: {fact}. Check HTTPS_PROXY")
        return NoConnection(f"{self.host} cannot be reached{through}: {fact}")


def _root(error: BaseException) -> BaseException:
    """Return what an error of the libraries was about: they wrap the socket's or the TLS library's."""
    for _ in range(8):
        inner = next((arg for arg in reversed(error.args) if isinstance(arg, BaseException)), None)
        inner = inner or getattr(error, "reason", None) or error.__cause__
        if not isinstance(inner, BaseException):
            break
        error = inner
    return error
