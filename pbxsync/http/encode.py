"""A request as bytes: the one place where the key is put in, last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urlsplit

from pbxsync import __version__

if TYPE_CHECKING:
    from typing_extensions import Self

    from pbxsync.api.request import Request
    from pbxsync.model.entry import Secret

_FORM_TYPE: Final = "application/x-www-form-urlencoded"
HEADERS: Final = {"User-Agent": f"pbxsync/{__version__}", "Accept-Encoding": "gzip", "Accept": "*/*"}
FORM_HEADERS: Final = {**HEADERS, "Content-Type": _FORM_TYPE}


class Address(NamedTuple):
    """Where requests go: the `host` (with its port if the url has one), the `path`, and what follows every target."""

    host: str
    path: str
    head: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Take a whole url apart."""
        parts = urlsplit(url)
        host = parts.netloc.removesuffix(":443" if parts.scheme == "https" else ":80")
        lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": host, **HEADERS}.items())
        return cls(parts.netloc, quote(parts.path or "/", safe="/%:@!$&'()*+,;=~"), f" HTTP/1.1\r\n{lines}")

    def target(self, request: Request, key: Secret) -> str:
        """Return path and query. The key goes in here, last."""
        return f"{self.path}?{request.query}&key={quote(key.reveal(), safe='')}"

    def encode(self, method: str, target: str, request: Request) -> bytes:
        """Return a request as bytes. Everything in it is quoted, so no value can end a line."""
        body = form(request)
        if body is None:
            return f"{method} {target}{self.head}\r\n".encode("ascii")
        headers = f"Content-Type: {_FORM_TYPE}\r\nContent-Length: {len(body)}\r\n"
        return f"{method} {target}{self.head}{headers}\r\n{body}".encode("ascii")


def form(request: Request) -> str | None:
    """Return the body of a request: `jsondata` as its one field (doc), or None."""
    return None if request.jsondata is None else "jsondata=" + quote(request.jsondata, safe="")
