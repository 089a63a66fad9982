"""The limits of the transport: sizes, times, connections that break, and requests that it refuses to send."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import time
import tracemalloc
import zlib
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING

import pytest

from pbxsync.api.request import Request
from pbxsync.errors import NoConnection, Unreachable, Unrecognised, UsageError
from pbxsync.http.response import REPLY_LIMIT
from pbxsync.http.transport import ReadTransport, Settings
from pbxsync.model.entry import Secret
from tests.pbx.stub import KEY, client, stub_pbx
from tests.support.rawserver import RawServer, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MEGABYTE = 1024 * 1024
LIST = json.dumps({"67": {"cu_name": "Fax"}})


def chunked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield reply(b"", Content_Length="", Transfer_Encoding="chunked")
    for piece in pieces:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


@cache
def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return b"".join([*(packer.compress(b"x" * MEGABYTE) for _ in range(megabytes)), packer.flush()])


TOO_LONG: dict[str, Callable[[], bytes | Iterable[bytes]]] = {
    "announced": lambda: reply(b"", Content_Length=str(100 * MEGABYTE)),
    "in chunks": lambda: chunked(repeat(b"x" * MEGABYTE, 100)),
    "until the connection closes": lambda: [reply(b"", Content_Length=""), *repeat(b"x" * MEGABYTE, 100), b""],
    "compressed": lambda: reply(bomb(100), Content_Encoding="gzip"),
    "compressed, in chunks": lambda: [
        reply(b"", Content_Length="", Transfer_Encoding="chunked", Content_Encoding="gzip"),
        *list(chunked(iter([bomb(100)])))[1:],
    ],
}


@pytest.mark.parametrize("kind", TOO_LONG)
@pytest.mark.parametrize("warm", [False, True], ids=["a new connection", "an open connection"])
def test_a_reply_of_100_mb_is_refused_with_little_memory(kind: str, warm: bool) -> None:
    answers = iter([reply(LIST)] if warm else [])
    with stub_pbx(lambda _: next(answers, None) or TOO_LONG[kind]()) as (pbx, _):
        if warm:
            pbx.destinations("DEMO")
        tracemalloc.start()
        try:
            with pytest.raises(Unrecognised, match="a reply of more than 32 MiB: not read"):
                pbx.destinations("DEMO")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 3 * REPLY_LIMIT


@pytest.mark.parametrize("coding", ["gzip", "x-gzip"])
def test_a_compressed_reply_is_read_on_a_new_connection_and_on_an_open_one(coding: str) -> None:
    with stub_pbx(reply(gzip.compress(LIST.encode()), Content_Encoding=coding)) as (pbx, _):
        assert [len(pbx.destinations("DEMO").rows) for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_reply_that_is_not_compressed_as_it_says_is_an_error(coding: str) -> None:
    with (
        stub_pbx(reply(LIST, Content_Encoding=coding)) as (pbx, _),
        pytest.raises(Unrecognised, match="content coding"),
    ):
        pbx.destinations("DEMO")


def test_requests_go_over_connections_that_stay_open() -> None:
    with stub_pbx(reply(LIST)) as (pbx, server):
        for _ in range(20):
            pbx.destinations("DEMO")
        assert len(server.connections) == 1


@pytest.mark.parametrize("way", ["close", "version"])
def test_a_connection_that_the_server_closes_is_not_used_again(way: str) -> None:
    answer = reply(LIST, Connection="close") if way == "close" else reply(LIST).replace(b"HTTP/1.1", b"HTTP/1.0")
    with stub_pbx(lambda _: [answer, b""]) as (pbx, server):
        for _ in range(3):
            pbx.destinations("DEMO")
        assert len(server.connections) == 3


def test_a_connection_that_was_closed_while_it_was_idle_is_not_used_again() -> None:
    with stub_pbx(reply(LIST)) as (pbx, server):
        pbx.destinations("DEMO")
        server.hang_up()
        pbx.update("DEMO", "67", {"cu_name": "x"})  # not repeated, and not lost either
        assert len(server.requests) == 2


def test_a_write_goes_over_a_new_connection_once_the_server_was_seen_to_close_one_that_it_kept() -> None:
    answers = iter([[reply(LIST)], [b""], [reply(LIST)]])
    with stub_pbx(lambda _: next(answers, [reply(LIST)])) as (pbx, server):
        pbx.destinations("DEMO")
        with pytest.raises(Unreachable):
            pbx.destinations("DEMO")
        pbx.destinations("DEMO")
        assert len(server.connections) == 2
        for connections in (3, 4):
            pbx.update("DEMO", "67", {"cu_name": "x"})
            pbx.destinations("DEMO")
            assert len(server.connections) == connections, "reads, which are repeated, go over what is open"


BROKEN = {
    "nothing": [b""],
    "half a status line": [b"HTTP/1.", b""],
    "half a body": [reply(LIST)[:-3], b""],
    "half a chunk": [*list(chunked(iter([LIST.encode()])))[:1], b"ff\r\n[", b""],
    "no chunk at all": [*list(chunked(iter([])))[:1], b"xyz\r\n", b""],
    "a chunk of less than nothing": [*list(chunked(iter([])))[:1], b"-5\r\n[]\r\n", b""],
    "a chunk of minus one": [*list(chunked(iter([])))[:1], b"-1\r\n[]\r\n", b""],
    "no HTTP": [b"SSH-2.0-OpenSSH_9.2\r\n", b""],
    "a header without end": [b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", b""],
    "headers without end": [b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: x\r\n" % n for n in range(200)) + b"\r\n", b""],
}


@pytest.mark.parametrize("pieces", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("warm", [False, True], ids=["a new connection", "an open connection"])
def test_a_reply_that_breaks_off_leaves_open_what_became_of_a_write(pieces: list[bytes], warm: bool) -> None:
    answers = iter([reply(LIST)] if warm else [])
    with stub_pbx(lambda _: next(answers, None) or pieces) as (pbx, server):
        if warm:
            pbx.destinations("DEMO")
        with pytest.raises(Unreachable) as broken:
            pbx.update("DEMO", "67", {"cu_name": "x"})
        assert broken.value.open_outcome
        assert len(server.requests) == 1 + warm  # and is not sent again
    assert f"the connection to localhost:{server.port} broke" in str(broken.value)


def drip(data: bytes) -> Iterator[bytes]:
    for byte in data:
        yield bytes([byte])
        time.sleep(0.05)


@pytest.mark.parametrize("kind", ["a byte at a time", "a byte of the body at a time, without a length", "silence"])
@pytest.mark.parametrize("warm", [False, True], ids=["a new connection", "an open connection"])
def test_a_slow_reply_ends_at_the_time_out_however_lively_it_is(kind: str, warm: bool) -> None:
    def slow() -> Iterator[bytes]:
        if kind == "silence":
            time.sleep(1.5)
            return iter([b""])
        return drip(reply(LIST) if kind == "a byte at a time" else reply("[" + " " * 500, Content_Length=""))

    answers = iter([reply(LIST)] if warm else [])
    with stub_pbx(lambda _: next(answers, None) or slow(), timeout=0.5) as (pbx, server):
        if warm:
            pbx.destinations("DEMO")
        begun = time.monotonic()
        with pytest.raises(Unreachable, match=f"localhost:{server.port} gave no whole reply within 0.5 seconds"):
            pbx.update("DEMO", "67", {"cu_name": "x"})
        assert time.monotonic() - begun < 2.5


def test_a_time_out_does_not_harm_the_requests_that_follow() -> None:
    answers = iter([drip(reply(LIST))])
    with stub_pbx(lambda _: next(answers, None) or reply(LIST), timeout=0.5) as (pbx, _):
        with pytest.raises(Unreachable):
            pbx.destinations("DEMO")
        assert [len(pbx.destinations("DEMO").rows) for _ in range(3)] == [1, 1, 1]


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
    with client(f"http://localhost:{port}/proxyapi.php") as pbx, pytest.raises(NoConnection) as refused:
        pbx.update("DEMO", "67", {"cu_name": "x"})
    assert str(refused.value) == f"localhost:{port} cannot be reached: Connection refused"
    assert not refused.value.open_outcome


WRITES = {
    "an add": Request((("reqtype", "MANAGEDB"), ("object", "CUSTOM"), ("action", "add"), ("tenant", "DEMO"))),
    "an update in other letters": Request((("reqtype", "managedb"), ("object", "custom"), ("action", "UPDATE"))),
    "a list with jsondata": Request((("reqtype", "MANAGEDB"), ("object", "CUSTOM"), ("action", "list")), "{}"),
    "a list with jsondata in the query": Request(
        (("reqtype", "MANAGEDB"), ("object", "CUSTOM"), ("action", "list"), ("jsondata", "{}"))
    ),
    "two actions": Request((("reqtype", "MANAGEDB"), ("object", "CUSTOM"), ("action", "list"), ("Action", "add"))),
    "what nobody knows": Request((("reqtype", "MANAGEDB"), ("object", "EXTENSION"), ("action", "purge"))),
    "a call": Request((("reqtype", "DIAL"), ("source", "1"), ("dest", "2"))),
}


@pytest.mark.parametrize("request_", WRITES.values(), ids=WRITES)
def test_a_reading_transport_has_no_way_to_send_a_write(request_: Request) -> None:
    with RawServer(lambda _: reply("[]")) as server, ReadTransport(Settings(server.url)) as transport:
        for send in (transport.read, transport.stream):
            with pytest.raises(UsageError, match="not known to be a read"):
                send(request_, Secret(KEY))
        assert not server.seen
        assert not [name for name in dir(transport) if "write" in name]


def test_the_log_of_the_libraries_has_no_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        stub_pbx(reply("", 302, Location=f"/?key={KEY}")) as (pbx, _),
        pytest.raises(Exception, match="redirect") as no,
    ):
        pbx.destinations("DEMO")
    assert "proxyapi.php" in caplog.text
    assert KEY not in caplog.text + str(no.value)
