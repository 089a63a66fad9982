"""Where an answer of the API goes: into a file, to the byte into a pipe, or harmless onto a terminal."""

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

BINARY: Final = "this is nothing for a terminal, but binary: give --out FILE, or pipe it on"
#: A line without an end is shown in parts of this many characters.
_LONGEST_LINE: Final = 64 * 1024


def deliver(context: Context, pieces: Iterable[bytes], body: Body, out: Path | None) -> None:
    """Write the pieces of an answer to where they belong. Raises UsageError, and a WireError where they end too soon."""
    if out is not None:
        _keep(context, pieces, body, out)
    elif not sys.stdout.isatty():
        context.console.stream(pieces)
    elif body.binary:
        raise UsageError(BINARY)
    else:
        for line in _lines(pieces):
            context.console.result(line)


def _keep(context: Context, pieces: Iterable[bytes], body: Body, out: Path) -> None:
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
    context.console.note(
        f"{size:,} bytes of {sanitize(body.content_type) or 'no content type'} are in {sanitize(str(out))}"
    )


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines of a text, each made harmless."""
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
