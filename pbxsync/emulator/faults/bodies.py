"""Faults of the body: empty, cut, with warnings, in another encoding, far too large."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from pbxsync.emulator.answer import NOTHING, Answer, text
from pbxsync.emulator.faults.kind import Kind, in_place, instead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxsync.emulator.faults.kind import Case, Go, Setting

_WHERE: Final = "in <b>/var/www/html/pbx/proxyapi.php</b> on line <b>1207</b><br />\n"
_WARNING: Final = f"<br />\n<b>Warning</b>:  Invalid argument supplied for foreach() {_WHERE}"
_FATAL: Final = f"<br />\n<b>Fatal error</b>:  Allowed memory size of 134217728 bytes exhausted {_WHERE}"
_MEGABYTE: Final = b"x" * 1_000_000
_GZIP: Final = (("Content-Encoding", "gzip"),)


def _cut_json(_: Setting, case: Case, go: Go) -> Answer:
    answer = go(case)
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _warning(_: Setting, case: Case, go: Go) -> Answer:
    answer = go(case)
    return replace(answer, body=_WARNING.encode() + answer.body)


def _bom(_: Setting, case: Case, go: Go) -> Answer:
    answer = go(case)
    return replace(answer, body=b"\xef\xbb\xbf" + answer.body)


def _latin_1(_: Setting, case: Case, go: Go) -> Answer:
    answer = go(case)
    try:
        plain = json.dumps(json.loads(answer.body), ensure_ascii=False)
    except ValueError:
        plain = answer.body.decode()
    return replace(answer, body=plain.encode("iso-8859-1", errors="replace"))


def _gzip(_: Setting, case: Case, go: Go) -> Answer:
    answer = go(case)
    return replace(answer, body=gzip.compress(answer.body), headers=(*answer.headers, *_GZIP))


def _bad_gzip(_: Setting, case: Case, go: Go) -> Answer:
    answer = go(case)
    return replace(answer, headers=(*answer.headers, *_GZIP))


def _huge(setting: Setting, case: Case, go: Go) -> Answer:
    return in_place(Answer(stream=lambda: _row_of(int(setting.value))), setting, case, go)


def _gzip_bomb(setting: Setting, case: Case, go: Go) -> Answer:
    return in_place(Answer(_bomb(int(setting.value)), headers=_GZIP), setting, case, go)


@lru_cache(maxsize=2)
def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return b"".join([*map(packer.compress, _row_of(megabytes)), packer.flush()])


def _row_of(megabytes: int) -> Iterator[bytes]:
    """A list of one row, sound but for its size."""
    yield b'{"1":{"cu_id":"1","ct_name":"FORWARD","cu_name":"'
    for _ in range(megabytes):
        yield _MEGABYTE
    yield b'"}}'


KINDS: Final = (
    Kind("empty", "an empty body", instead(NOTHING), moment="after-commit"),
    Kind("null", "the JSON null", instead(text("null")), moment="after-commit"),
    Kind("false", "the JSON false", instead(text("false")), moment="after-commit"),
    Kind("bracket", "a lone ]", instead(text("]")), moment="after-commit"),
    Kind("php-fatal", "a fatal error of PHP instead of the answer", instead(text(_FATAL)), moment="after-commit"),
    Kind("php-warning", "a warning of PHP before the answer", _warning),
    Kind("cut-json", "the first half of the answer alone, as if it were the whole", _cut_json),
    Kind("latin-1", "the answer in ISO-8859-1, under a header that says UTF-8", _latin_1),
    Kind("bom", "a byte order mark before the answer", _bom),
    Kind("gzip", "the answer compressed, asked for or not", _gzip),
    Kind("bad-gzip", "the answer as it is, under a header that says it is compressed", _bad_gzip),
    Kind("huge", "a reply of so many megabytes", _huge, unit="MB", default=100, moment="after-commit"),
    Kind("gzip-bomb", "the same, compressed to little", _gzip_bomb, unit="MB", default=100, moment="after-commit"),
)
