"""A request as it goes over the wire, byte for byte: the one place where the key is put in, last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urlsplit

from pbxsync import __version__

if TYPE_CHECKING:
    from typing_extensions import Self

    from pbxsync.api.request import Request
    from pbxsync.model.entry import Secret

_HEADERS: Final = {"User-Agent": f"pbxsync/{__version__}", "Accept-Encoding": "gzip", "Accept": "*/*"}
_FORM: Final = {**_HEADERS, "Content-Type": "application/x-www-form-urlencoded"}


class Address(NamedTuple):
    """Where requests go: the `host` and its port as people know them, the `path`, and the `head` of every request."""

    host: str
    path: str
    head: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the parts of a whole url."""
        parts = urlsplit(url)
        host = parts.netloc.removesuffix(":443" if parts.scheme == "https" else ":80")
        return cls(parts.netloc, quote(parts.path or "/", safe="/%:@!$&'()*+,;=~"), _head(host))

    def target(self, request: Request, key: Secret) -> str:
        """Return path and query. The key goes in here, last."""
        return f"{self.path}?{request.query}&key={quote(key.reveal(), safe='')}"

    def whole(self, method: str, target: str, request: Request) -> bytes:
        """Return a request as it goes over the wire: everything in it is quoted, so that no value can end a line."""
        body = form(request)
        if body is None:
            return f"{method} {target}{self.head}\r\n".encode("ascii")
        kind = f"Content-Type: {_FORM['Content-Type']}\r\nContent-Length: {len(body)}\r\n"
        return f"{method} {target}{self.head}{kind}\r\n{body}".encode("ascii")


def form(request: Request) -> str | None:
    """Return the body of a request, None where it has none."""
    return None if request.jsondata is None else "jsondata=" + quote(request.jsondata, safe="")


def headers(request: Request) -> dict[str, str]:
    """Return the headers of a request."""
    return _HEADERS if request.jsondata is None else _FORM


def _head(host: str) -> str:
    """Return what stands between the target of a request and the blank line (or the headers of its form)."""
    return f" HTTP/1.1\r\nHost: {host}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in _HEADERS.items())
