"""Writes a reply of the API: to a file or a pipe byte by byte, to a terminal as sanitized text."""

from __future__ import annotations

import codecs
import sys
from typing import TYPE_CHECKING, Final

from pbxsync.cli.progress import DownloadBar
from pbxsync.disk import atomic
from pbxsync.errors import UsageError
from pbxsync.text.sanitize import sanitize, truncate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.pbx.body import Body

BINARY: Final = "the reply is binary, so it is not shown on a terminal: use --out FILE, or a pipe"
#: Characters after which a line is shown although its end has not come.
_LONGEST_LINE: Final = 64 * 1024


def deliver(context: Context, pieces: Iterable[bytes], body: Body, out: Path | None) -> None:
    """Write the pieces of a reply. Raises UsageError, and WireError if the reply ends too soon."""
    if out is not None:
        _save(context, pieces, body, out)
    elif not sys.stdout.isatty():
        context.console.stream(pieces)
    elif body.binary:
        raise UsageError(BINARY)
    else:
        for line in _lines(pieces):
            context.console.result(line)


def _save(context: Context, pieces: Iterable[bytes], body: Body, out: Path) -> None:
    size = 0
    try:
        with atomic.replacing(out) as file, DownloadBar(context.console, "Receiving", body.length or 0) as bar:
            for piece in pieces:
                file.write(piece)
                size += len(piece)
                bar.done(len(piece))
                bar.tick()
    except OSError as error:
        raise UsageError(f"--out {truncate(str(out), 1000)}: {atomic.reason(error)}") from None
    content_type = sanitize(body.content_type) or "no content type"
    context.console.note(f"Saved {size:,} bytes of {content_type} in {sanitize(str(out))}")


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines of a text, sanitized."""
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + decoder.decode(piece)).split("\n")
        yield from map(_line, whole)
        while len(rest) > _LONGEST_LINE:
            yield _line(rest[:_LONGEST_LINE])
            rest = rest[_LONGEST_LINE:]
    rest += decoder.decode(b"", final=True)
    if rest:
        yield _line(rest)


def _line(text: str) -> str:
    return sanitize(text.removesuffix("\r").expandtabs())
