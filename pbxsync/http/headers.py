"""Reads the headers of a reply. Nearly all of them are plain, and those are not worth a parser for mail."""

from __future__ import annotations

import re
from email import errors
from email.parser import Parser
from http.client import HTTPException, HTTPMessage, LineTooLong
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from io import BufferedIOBase

#: The limits of `http.client`: bytes of a line, and header lines.
_LONGEST_LINE: Final = 65_536
_MOST_LINES: Final = 100
#: A header that can be read in one way only: a token, a colon, and text on the same line.
_PLAIN: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)\r?\n")
#: What `email` notes about headers; its other defects concern bodies, which it is never given.
_DEFECTS: Final = (
    errors.FirstHeaderLineIsContinuationDefect,
    errors.MisplacedEnvelopeHeaderDefect,
    errors.MissingHeaderBodySeparatorDefect,
)


def read_headers(reader: BufferedIOBase) -> HTTPMessage:
    """Return the headers of a reply whose status line has been read, as `http.client.parse_headers` does.

    Raises HTTPException if there are too many, or too long ones.
    """
    lines: list[bytes] = []
    while (line := reader.readline(_LONGEST_LINE + 1)) not in (b"\r\n", b"\n", b""):
        if len(line) > _LONGEST_LINE:
            raise LineTooLong("header line")
        lines.append(line)
        if len(lines) >= _MOST_LINES:
            raise HTTPException(f"got more than {_MOST_LINES} headers")
    headers = HTTPMessage()
    for line in lines:
        plain = _PLAIN.fullmatch(line)
        if plain is None:
            return Parser(_class=HTTPMessage).parsestr(b"".join(lines).decode("latin-1"))
        name, value = plain.groups()
        headers[name.decode("latin-1")] = value.decode("latin-1")
    return headers


def is_broken(headers: HTTPMessage) -> bool:
    """Whether a line among the headers is not a header, so that what follows it may have been read wrongly.

    `email` takes a last line that begins with "From " for a body.
    """
    return bool(headers.get_payload()) or any(isinstance(defect, _DEFECTS) for defect in headers.defects)


class Framing(NamedTuple):
    """The values of the headers that say where a body ends and how it is coded, in the order of the reply."""

    content_lengths: set[str]
    transfer_codings: list[str]
    content_codings: list[str]


def framing(headers: HTTPMessage) -> Framing:
    """Return the values of these headers as they came; `headers.get_all` would look through all of them three times."""
    lengths: set[str] = set()
    transfer_codings: list[str] = []
    content_codings: list[str] = []
    for name, value in headers.raw_items():
        if name[:1] in "cCtT":
            match name.lower():
                case "content-length":
                    lengths.add(value.strip())
                case "transfer-encoding":
                    transfer_codings.append(value)
                case "content-encoding":
                    content_codings.append(value.strip())
    return Framing(lengths, transfer_codings, content_codings)
