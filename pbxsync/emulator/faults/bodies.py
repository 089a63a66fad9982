"""Faults of the body: empty, cut, with warnings, in another encoding, too large."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pbxsync.emulator.answer import NOTHING, Answer, text
from pbxsync.emulator.faults.base import Kind, instead, substitute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pbxsync.emulator.faults.base import Exchange, Handler, Setting

_WHERE: Final = "in <b>/var/www/html/pbx/proxyapi.php</b> on line <b>1207</b><br />\n"
_WARNING: Final = f"<br />\n<b>Warning</b>:  Invalid argument supplied for foreach() {_WHERE}"
_FATAL: Final = f"<br />\n<b>Fatal error</b>:  Allowed memory size of 134217728 bytes exhausted {_WHERE}"
_MEGABYTE: Final = b"x" * 1_000_000
_CODERS: Final[dict[str, Callable[[bytes], bytes]]] = {"gzip": gzip.compress, "deflate": zlib.compress}
_GZIP: Final = (("Content-Encoding", "gzip"),)


def _cut_json(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    answer = call_next(exchange)
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _warning(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    answer = call_next(exchange)
    return replace(answer, body=_WARNING.encode() + answer.body)


def _bom(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    answer = call_next(exchange)
    return replace(answer, body=b"\xef\xbb\xbf" + answer.body)


def _latin_1(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    answer = call_next(exchange)
    try:
        plain = json.dumps(json.loads(answer.body), ensure_ascii=False)
    except ValueError:
        plain = answer.body.decode()
    return replace(answer, body=plain.encode("iso-8859-1", errors="replace"))


def _gzip(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    answer = call_next(exchange)
    return replace(answer, body=gzip.compress(answer.body), headers=(*answer.headers, *_GZIP))


def _bad_gzip(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    answer = call_next(exchange)
    return replace(answer, headers=(*answer.headers, *_GZIP))


def _content_coding(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    answer = call_next(exchange)
    codings = setting.options.get("codings", "br").split(",")
    body = answer.body
    for coding in codings:
        body = _CODERS.get(coding, bytes)(body)
    return replace(answer, body=body, headers=(*answer.headers, ("Content-Encoding", ", ".join(codings))))


def _huge(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    return substitute(Answer(stream=lambda: _huge_row(int(setting.value))), setting, exchange, call_next)


def _gzip_bomb(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    return substitute(Answer(_bomb(int(setting.value)), headers=_GZIP), setting, exchange, call_next)


@lru_cache(maxsize=2)
def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return b"".join([*map(packer.compress, _huge_row(megabytes)), packer.flush()])


def _huge_row(megabytes: int) -> Iterator[bytes]:
    """A valid list with one row of the given number of megabytes."""
    yield b'{"1":{"cu_id":"1","ct_name":"FORWARD","cu_name":"'
    for _ in range(megabytes):
        yield _MEGABYTE
    yield b'"}}'


KINDS: Final = (
    Kind("empty", "sends an empty body", instead(NOTHING), moment="after-commit"),
    Kind("null", "sends the JSON `null`", instead(text("null")), moment="after-commit"),
    Kind("false", "sends the JSON `false`", instead(text("false")), moment="after-commit"),
    Kind("bracket", "sends only `]`", instead(text("]")), moment="after-commit"),
    Kind("php-fatal", "sends a fatal error of PHP instead of the answer", instead(text(_FATAL)), moment="after-commit"),
    Kind("php-warning", "sends a warning of PHP before the answer", _warning),
    Kind("cut-json", "sends only the first half of the answer, as if it were complete", _cut_json),
    Kind("latin-1", "sends the answer in ISO-8859-1 although the header says UTF-8", _latin_1),
    Kind("bom", "sends a byte order mark before the answer", _bom),
    Kind("gzip", "compresses the answer, even if the client does not accept it", _gzip),
    Kind("bad-gzip", "sends the answer uncompressed although the header says gzip", _bad_gzip),
    Kind(
        "content-coding",
        "encodes the answer; br and other codings are only named in the header",
        _content_coding,
        options={"codings": "the codings in the order applied, such as `gzip,gzip` or `deflate,gzip` (default: br)"},
    ),
    Kind("huge", "sends a reply of this many megabytes", _huge, unit="MB", default=100, moment="after-commit"),
    Kind(
        "gzip-bomb",
        "sends the same, compressed to a few kilobytes",
        _gzip_bomb,
        unit="MB",
        default=100,
        moment="after-commit",
    ),
)
