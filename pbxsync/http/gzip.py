"""Undoes the compression of a reply as it comes, and tells whether it came to its end: urllib3 takes half of it for all."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: What `Content-Encoding` may call it; no other is ever asked for.
GZIP: Final = frozenset({"gzip", "x-gzip"})
_BEGINS: Final = b"\x1f\x8b"


class CutShort(EOFError):
    """What is compressed ends before its own end, though all bytes of the reply are there."""


def gunzipped(read: Callable[[], bytes], most: int) -> Iterator[bytes]:
    """Yield what `read` returns, piece by piece until nothing, without its compression: `most` bytes at a time.

    There may be several parts, each compressed by itself; what follows the last one and is none counts for nothing. Raises
    CutShort, zlib.error for what is not compressed, and whatever `read` raises.
    """
    part = zlib.decompressobj(zlib.MAX_WBITS | 16)
    rest, begun = b"", False
    while piece := rest or read():
        if part.eof:
            if not _BEGINS.startswith(piece[:2]):
                while read():  # what is left unread would be taken for the next reply
                    pass
                return
            part, begun = zlib.decompressobj(zlib.MAX_WBITS | 16), False
        begun = True
        # Asked for until it gives less than it may: it keeps back what was too much, even where no input is left.
        while found := part.decompress(piece, most):
            yield found
            piece = part.unconsumed_tail
        rest = part.unused_data if part.eof else part.unconsumed_tail
    if begun and not part.eof:
        raise CutShort("the compressed reply was cut short")
