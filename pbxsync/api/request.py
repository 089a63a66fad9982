"""Requests without their key, and replies as they came, as plain values."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote as url_quote

from pbxsync.errors import UsageError
from pbxsync.text.sanitize import quote, truncate


class Request(NamedTuple):
    """One request, without the key: the parameters in the order in which they are sent, and the `jsondata` of a write.

    The server takes the values of `action` and the like in any case (doc, field).
    """

    params: tuple[tuple[str, str], ...]
    jsondata: str | None = None

    def value(self, name: str) -> str:
        """Return the value of a parameter, or the empty string."""
        return next((value for key, value in self.params if key == name), "")

    @property
    def query(self) -> str:
        """The query string, still without the key. Raises UsageError for a lone surrogate."""
        return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in self.params])

    def __str__(self) -> str:
        words = [self.value(name) for name in ("reqtype", "object", "info", "action")]
        tenant, objectid = self.value("tenant"), self.value("objectid")
        words += [objectid, f"of {tenant}" if tenant else ""]
        return " ".join(_shown(word) for word in words if word)


class Reply(NamedTuple):
    """One reply: `body` decoded from its transfer and content coding, `seconds` from sending to the last byte.

    `retry_after` is in seconds, None if the server did not say; `date` is the server's clock, as HTTP writes it.
    """

    status: int
    body: bytes
    content_type: str
    retry_after: float | None
    seconds: float
    date: str = ""


def _shown(text: str) -> str:
    """Return a value for a sentence. Nearly all are plain words, which need no care."""
    return text if text.isascii() and text.isalnum() else truncate(text)


def _quoted(text: str) -> str:
    """Quote a part of a query. Nearly all are letters and digits, which need no quoting."""
    if text.isascii() and text.isalnum():
        return text
    try:
        return url_quote(text, safe="")
    except UnicodeEncodeError:  # half of a surrogate pair, from JSON or from bytes that were not UTF-8
        raise UsageError(f"{quote(text)} cannot be sent: one of its characters does not exist in UTF-8") from None
