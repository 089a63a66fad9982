"""Decompresses a reply as it comes and notices if it ends early: urllib3 takes half of it for all."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BEGINS: Final = b"\x1f\x8b"


class CutShort(EOFError):
    """The compressed stream has no end, although the reply has: the sender was cut off."""


def gunzipped(read: Callable[[], bytes], most: int) -> Iterator[bytes]:
    """Yield the decompressed bytes of what `read` returns until it returns nothing: at most `most` bytes at a time.

    There may be several gzip members; bytes after the last one that begin no further member are ignored. Raises CutShort,
    zlib.error if the bytes are not gzip, and whatever `read` raises.
    """
    part = zlib.decompressobj(zlib.MAX_WBITS | 16)
    rest, begun = b"", False
    while piece := rest or read():
        if part.eof:
            if not _BEGINS.startswith(piece[:2]):
                while read():  # bytes left unread would be taken for the next reply
                    pass
                return
            part, begun = zlib.decompressobj(zlib.MAX_WBITS | 16), False
        begun = True
        # Until it returns nothing: it keeps output back beyond `most`, even when no input is left.
        while data := part.decompress(piece, most):
            yield data
            piece = part.unconsumed_tail
        rest = part.unused_data if part.eof else part.unconsumed_tail
    if begun and not part.eof:
        raise CutShort("the compressed reply was cut short")
