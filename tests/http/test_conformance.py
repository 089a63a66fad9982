"""What HTTP/1.1 allows a server to send, reply by reply: accepted with which body, or refused with which error.

Each case is sent on a new connection, whose reply comes through urllib3, and on an open one, whose reply does not. After it
the next request gets its own answer, over the same connection or over a new one: the table says which.
"""

from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from pbxsync.api.request import Request
from pbxsync.errors import Unreachable, Unrecognised, WireError
from pbxsync.http.response import REPLY_LIMIT
from pbxsync.http.transport import ReadTransport, Settings
from pbxsync.model.entry import Secret
from tests.support.rawserver import RawServer, reply

if TYPE_CHECKING:
    from collections.abc import Iterator

READ: Final = Request((("reqtype", "COUNTCALLS"),))
KEY: Final = Secret("NLbP7GFNVRqu9SDm")
OK: Final = b"HTTP/1.1 200 OK\r\n"
KEPT, CLOSED = True, False


class Accepted(NamedTuple):
    """`pieces` are sent as they are (an empty last one: then the server closes); `kept`: the connection is used again."""

    pieces: list[bytes]
    body: bytes
    kept: bool
    status: int = 200


class Refused(NamedTuple):
    pieces: list[bytes]
    error: type[WireError]
    message: str


def chunked(*lines: bytes, headers: bytes = b"") -> bytes:
    return OK + b"Transfer-Encoding: chunked\r\n" + headers + b"\r\n" + b"".join(lines)


def interim(status: int, times: int = 1) -> bytes:
    return f"HTTP/1.1 {status} Interim\r\nLink: </x.css>; rel=preload\r\n\r\n".encode() * times


DIGITS = b"0123456789"
ONE_MEMBER = gzip.compress(b"12")
RAW_DEFLATE = zlib.compress(b"12")

ACCEPTED: Final = {
    # Status lines
    "a reason of several words": Accepted([b"HTTP/1.1 200 All is well\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT),
    "no reason": Accepted([b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT),
    "a reason outside ASCII": Accepted([b"HTTP/1.1 200 \xc3\xa6\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT),
    "bare line feeds": Accepted([b"HTTP/1.1 200 OK\nContent-Length: 2\n\n12"], b"12", KEPT),
    "an unknown status": Accepted([b"HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT, 299),
    "a failure with a body": Accepted([b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT, 500),
    # Headers
    "names in any case": Accepted([OK + b"cOnTeNt-LeNgTh: 2\r\n\r\n12"], b"12", KEPT),
    "blanks around a value": Accepted([OK + b"Content-Length:  \t 2  \r\n\r\n12"], b"12", KEPT),
    "a folded header": Accepted([OK + b"X-Long: one\r\n two\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT),
    "a header twice": Accepted([OK + b"Set-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT),
    "an empty header": Accepted([OK + b"X-Empty:\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT),
    "bytes outside ASCII in a header": Accepted([OK + b"X: \xe6\xff\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT),
    "a multipart type": Accepted([OK + b"Content-Type: multipart/mixed\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT),
    "99 headers": Accepted([OK + b"X: y\r\n" * 98 + b"Content-Length: 2\r\n\r\n12"], b"12", KEPT),
    # Lengths
    "a length": Accepted([OK + b"Content-Length: 2\r\n\r\n12"], b"12", KEPT),
    "a length of 0": Accepted([OK + b"Content-Length: 0\r\n\r\n"], b"", KEPT),
    "the same length twice": Accepted([OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT),
    "leading zeros": Accepted([OK + b"Content-Length: 0002\r\n\r\n12"], b"12", KEPT),
    "no length until the end": Accepted([OK + b"\r\n12", b""], b"12", CLOSED),
    "no length, empty": Accepted([OK + b"\r\n", b""], b"", CLOSED),
    "pieces": Accepted([b"HTTP/1.1 2", b"00 OK\r\nContent-Le", b"ngth: 2\r\n\r", b"\n1", b"2"], b"12", KEPT),
    # Chunks
    "a chunk": Accepted([chunked(b"2\r\n12\r\n0\r\n\r\n")], b"12", KEPT),
    "several chunks": Accepted([chunked(b"1\r\n1\r\n", b"1\r\n2\r\n", b"0\r\n\r\n")], b"12", KEPT),
    "no chunk": Accepted([chunked(b"0\r\n\r\n")], b"", KEPT),
    "chunks in other case": Accepted([OK + b"Transfer-Encoding: Chunked\r\n\r\n2\r\n12\r\n0\r\n\r\n"], b"12", KEPT),
    "hexadecimal in either case": Accepted([chunked(b"a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n")], DIGITS * 2, KEPT),
    "a chunk length with zeros": Accepted([chunked(b"0002\r\n12\r\n000\r\n\r\n")], b"12", KEPT),
    "chunk extensions": Accepted([chunked(b'2;name=value;other="a b"\r\n12\r\n0;last\r\n\r\n')], b"12", KEPT),
    "a blank after a chunk length": Accepted([chunked(b"2  \r\n12\r\n0\r\n\r\n")], b"12", KEPT),
    "trailers": Accepted([chunked(b"2\r\n12\r\n0\r\nX-Checksum: 1\r\nX-Other: 2\r\n\r\n")], b"12", KEPT),
    # Interim replies
    "100": Accepted([interim(100) + reply("12")], b"12", KEPT),
    "102, again and again": Accepted([interim(102, 8) + reply("12")], b"12", KEPT),
    "103 early hints": Accepted([interim(103), reply("12")], b"12", KEPT),
    "103 with a length": Accepted([b"HTTP/1.1 103 Hints\r\nContent-Length: 0\r\n\r\n" + reply("12")], b"12", KEPT),
    # Closing
    "Connection: close": Accepted([reply("12", Connection="close"), b""], b"12", CLOSED),
    "Connection: close among others": Accepted([reply("12", Connection="x, Close"), b""], b"12", CLOSED),
    "Connection: close, and it stays open": Accepted([reply("12", Connection="close")], b"12", CLOSED),
    "HTTP/1.0": Accepted([b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n12", b""], b"12", CLOSED),
    "HTTP/1.0 until the end": Accepted([b"HTTP/1.0 200 OK\r\n\r\n12", b""], b"12", CLOSED),
    "HTTP/1.0 that stays open": Accepted(
        [b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n12"], b"12", KEPT
    ),
    "more than was announced": Accepted([OK + b"Content-Length: 2\r\n\r\n1234"], b"12", CLOSED),
    "a second reply": Accepted([reply("12") + reply("34")], b"12", CLOSED),
    "a line after the chunks": Accepted([chunked(b"2\r\n12\r\n0\r\n\r\n\r\n")], b"12", CLOSED),
    "204": Accepted([b"HTTP/1.1 204 No Content\r\n\r\n"], b"", CLOSED, 204),
    "304": Accepted([b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n"], b"", CLOSED, 304),
    "101": Accepted([b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"], b"", CLOSED, 101),
    # Content codings
    "gzip": Accepted([reply(ONE_MEMBER, Content_Encoding="gzip")], b"12", KEPT),
    "x-gzip in capitals": Accepted([reply(ONE_MEMBER, Content_Encoding="X-GZIP")], b"12", KEPT),
    "gzip in chunks": Accepted(
        [chunked(b"%x\r\n%b\r\n0\r\n\r\n" % (len(ONE_MEMBER), ONE_MEMBER), headers=b"Content-Encoding: gzip\r\n")],
        b"12",
        KEPT,
    ),
    "gzip until the end": Accepted([OK + b"Content-Encoding: gzip\r\n\r\n" + ONE_MEMBER, b""], b"12", CLOSED),
    "two members": Accepted([reply(gzip.compress(b"1") + gzip.compress(b"2"), Content_Encoding="gzip")], b"12", KEPT),
    "identity": Accepted([reply("12", Content_Encoding="identity")], b"12", KEPT),
    "an error page in another coding": Accepted([reply("??", 502, Content_Encoding="br")], b"??", KEPT, 502),
    # Redirects are replies like any other: nobody follows them.
    "a redirect": Accepted([reply("", 302, Location="http://elsewhere.example/")], b"", KEPT, 302),
}  # fmt: skip

BROKE, LENGTH, CODING, FRAMING = (
    "broke before",
    "unusable Content-Length",
    "content coding",
    "ambiguous Transfer-Encoding",
)
REFUSED: Final = {
    # Status lines
    "nothing": Refused([b""], Unreachable, BROKE),
    "a blank line": Refused([b"\r\n\r\n", b""], Unreachable, BROKE),
    "no HTTP": Refused([b"SSH-2.0-OpenSSH_9.2\r\n", b""], Unreachable, BROKE),
    "HTTP/0.9": Refused([b"12", b""], Unreachable, BROKE),
    "HTTP/2": Refused([b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n12"], Unreachable, BROKE),
    "no status": Refused([b"HTTP/1.1\r\nContent-Length: 2\r\n\r\n12"], Unreachable, BROKE),
    "a status of words": Refused([b"HTTP/1.1 OK 200\r\nContent-Length: 2\r\n\r\n12"], Unreachable, BROKE),
    "a status of two digits": Refused([b"HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\n12"], Unreachable, BROKE),
    "a status of four digits": Refused([b"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n12"], Unreachable, BROKE),
    "a status line of 70,000 bytes": Refused([b"HTTP/1.1 200 " + b"x" * 70_000 + b"\r\n\r\n", b""], Unreachable, BROKE),
    # Headers
    "a line without a colon": Refused([OK + b"what is this\r\nContent-Length: 2\r\n\r\n12"], Unrecognised, "header line"),
    "a name with a blank": Refused([OK + b"Content-Length : 2\r\n\r\n12"], Unrecognised, "header line"),
    "folded from the start": Refused([OK + b" folded: x\r\nContent-Length: 2\r\n\r\n12"], Unrecognised, "header line"),
    "101 headers": Refused([OK + b"X: y\r\n" * 101 + b"\r\n", b""], Unreachable, BROKE),
    "a header of 70,000 bytes": Refused([OK + b"X: " + b"x" * 70_000 + b"\r\n\r\n", b""], Unreachable, BROKE),
    # Lengths
    "too short": Refused([OK + b"Content-Length: 3\r\n\r\n12", b""], Unreachable, BROKE),
    "two lengths": Refused([OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n12"], Unrecognised, LENGTH),
    "two lengths in one": Refused([OK + b"Content-Length: 2, 2\r\n\r\n12"], Unrecognised, LENGTH),
    "a negative length": Refused([OK + b"Content-Length: -2\r\n\r\n12"], Unrecognised, LENGTH),
    "a length with a sign": Refused([OK + b"Content-Length: +2\r\n\r\n12"], Unrecognised, LENGTH),
    "a length with a line": Refused([OK + b"Content-Length: 1_0\r\n\r\n12"], Unrecognised, LENGTH),
    "a length of words": Refused([OK + b"Content-Length: two\r\n\r\n12"], Unrecognised, LENGTH),
    "an empty length": Refused([OK + b"Content-Length:\r\n\r\n12"], Unrecognised, LENGTH),
    "a length of other digits": Refused([OK + b"Content-Length: \xd9\xa2\r\n\r\n12"], Unrecognised, LENGTH),
    "a length over all bounds": Refused([OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n12"], Unrecognised, LENGTH),
    # Chunks
    "a length and chunks": Refused(
        [OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n12\r\n0\r\n\r\n"], Unrecognised, FRAMING
    ),
    "chunks in HTTP/1.0": Refused(
        [b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n12\r\n0\r\n\r\n"], Unrecognised, FRAMING
    ),
    "chunks twice": Refused(
        [OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"], Unrecognised, FRAMING
    ),
    "compressed chunks": Refused([OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"], Unrecognised, FRAMING),
    "an unknown transfer coding": Refused([OK + b"Transfer-Encoding: identity\r\n\r\n12", b""], Unrecognised, FRAMING),
    "a chunk length of words": Refused([chunked(b"xyz\r\n12\r\n0\r\n\r\n"), b""], Unreachable, BROKE),
    "an empty chunk length": Refused([chunked(b"\r\n12\r\n0\r\n\r\n"), b""], Unreachable, BROKE),
    "a negative chunk length": Refused([chunked(b"-2\r\n12\r\n0\r\n\r\n"), b""], Unreachable, BROKE),
    "a chunk length with a sign": Refused([chunked(b"+2\r\n12\r\n0\r\n\r\n"), b""], Unreachable, BROKE),
    "a chunk length as Python writes it": Refused([chunked(b"0x2\r\n12\r\n0\r\n\r\n"), b""], Unreachable, BROKE),
    "a chunk length with a line": Refused([chunked(b"0_2\r\n12\r\n0\r\n\r\n"), b""], Unreachable, BROKE),
    "a chunk length over all bounds": Refused([chunked(b"f" * 20 + b"\r\n12\r\n"), b""], Unreachable, BROKE),
    "a chunk length without end": Refused([chunked(b"2;" + b"x" * 10_000 + b"\r\n12\r\n"), b""], Unreachable, BROKE),
    "half a chunk": Refused([chunked(b"5\r\n12"), b""], Unreachable, BROKE),
    "no last chunk": Refused([chunked(b"2\r\n12\r\n"), b""], Unreachable, BROKE),
    "half a chunk length": Refused([chunked(b"2\r\n12\r\n1"), b""], Unreachable, BROKE),
    # Interim replies
    "interim replies without end": Refused([interim(103, 9) + reply("12")], Unrecognised, "more than 8 interim replies"),
    "an interim reply alone": Refused([interim(103), b""], Unreachable, BROKE),
    # Content codings
    "gzip twice": Refused([reply(gzip.compress(ONE_MEMBER), Content_Encoding="gzip, gzip")], Unrecognised, CODING),
    "gzip twice, in two headers": Refused(
        [OK + b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n12"], Unrecognised, CODING
    ),
    "br": Refused([reply("12", Content_Encoding="br")], Unrecognised, '"br", which was not asked for'),
    "deflate": Refused([reply(RAW_DEFLATE, Content_Encoding="deflate")], Unrecognised, CODING),
    "deflate, gzip": Refused([reply(ONE_MEMBER, Content_Encoding="deflate, gzip")], Unrecognised, CODING),
    "zstd": Refused([reply("12", Content_Encoding="zstd")], Unrecognised, CODING),
    "gzip that is none": Refused([reply("12", Content_Encoding="gzip")], Unrecognised, "coding is broken"),
    "gzip without its end": Refused([reply(ONE_MEMBER[:-1], Content_Encoding="gzip")], Unreachable, BROKE),
    # Sizes
    "announced over the limit": Refused(
        [OK + b"Content-Length: %d\r\n\r\n" % (REPLY_LIMIT + 1)], Unrecognised, "more than 32 MiB: not read"
    ),
}  # fmt: skip


def answers(pieces: list[bytes], *, warm: bool) -> Iterator[list[bytes]]:
    """The replies of a server: one that is well made before the case if `warm`, the case, and well made ones after it."""
    if warm:
        yield [reply("first")]
    yield pieces
    while True:
        yield [reply("next")]


WARM: Final = pytest.mark.parametrize("warm", [False, True], ids=["a new connection", "an open connection"])


@pytest.mark.parametrize("case", ACCEPTED.values(), ids=ACCEPTED)
@WARM
def test_accepted(case: Accepted, warm: bool) -> None:
    sent = answers(case.pieces, warm=warm)
    with RawServer(lambda _: next(sent)) as server, ReadTransport(Settings(server.url, 10)) as transport:
        if warm:
            assert transport.read(READ, KEY).body == b"first"
        answer = transport.read(READ, KEY)
        assert (answer.status, answer.body) == (case.status, case.body)
        assert transport.read(READ, KEY).body == b"next"
        assert len(server.connections) == (1 if case.kept else 2)


@pytest.mark.parametrize("case", ACCEPTED.values(), ids=ACCEPTED)
def test_accepted_as_a_stream(case: Accepted) -> None:
    sent = answers(case.pieces, warm=False)
    with RawServer(lambda _: next(sent)) as server, ReadTransport(Settings(server.url, 10)) as transport:
        with transport.stream(READ, KEY) as stream:
            assert (stream.status, b"".join(stream)) == (case.status, case.body)
        assert transport.read(READ, KEY).body == b"next"


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
@WARM
def test_refused(case: Refused, warm: bool) -> None:
    sent = answers(case.pieces, warm=warm)
    with RawServer(lambda _: next(sent)) as server, ReadTransport(Settings(server.url, 10)) as transport:
        if warm:
            assert transport.read(READ, KEY).body == b"first"
        with pytest.raises(case.error, match=case.message) as refused:
            transport.read(READ, KEY)
        assert refused.value.open_outcome, "a write may have been carried out all the same"
        assert transport.read(READ, KEY).body == b"next"
        assert len(server.connections) == 2


@pytest.mark.parametrize("case", [case for name, case in REFUSED.items() if "over the limit" not in name])
def test_refused_as_a_stream(case: Refused) -> None:
    sent = answers(case.pieces, warm=False)
    with RawServer(lambda _: next(sent)) as server, ReadTransport(Settings(server.url, 10)) as transport:
        with pytest.raises(case.error, match=case.message), transport.stream(READ, KEY) as stream:
            b"".join(stream)
        assert transport.read(READ, KEY).body == b"next"
