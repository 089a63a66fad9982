"""A compressed reply counts only if its compressed stream ends, whatever length the server announces."""

from __future__ import annotations

import gzip
import zlib

import pytest

from pbxsync.client import Client
from pbxsync.errors import Unreachable, Unrecognised
from pbxsync.http.gzip import CutShort, gunzipped
from tests.pbx.stub import stub_pbx
from tests.support.rawserver import RawServer, reply

REPORT = "uniqueid,did\n" + "".join(f"{n},{n * 7919 % 1000}\n" for n in range(5000))
CODED = gzip.compress(REPORT.encode())
LIST = '[{"cu_id": "67", "cu_name": "Boss", "cu_ct_id": "1"}]'


def unpacked(data: bytes, piece: int, most: int = 1000) -> list[bytes]:
    pieces = iter([data[at : at + piece] for at in range(0, len(data), piece)])
    return list(gunzipped(lambda: next(pieces, b""), most))


@pytest.mark.parametrize("piece", [1, 7, 16, 100_000])
def test_what_is_whole_comes_whole_in_pieces_that_are_not_too_large(piece: int) -> None:
    parts = gzip.compress(REPORT[:100].encode()) + gzip.compress(b"") + gzip.compress(REPORT[100:].encode())
    for data in (CODED, parts, parts + b"something else"):
        found = unpacked(data, piece)
        assert b"".join(found).decode() == REPORT
        assert max(map(len, found)) <= 1000
    bomb = unpacked(gzip.compress(b" " * 3_000_000), piece, 4096)
    assert sum(map(len, bomb)) == 3_000_000
    assert max(map(len, bomb)) <= 4096
    assert unpacked(b"", piece) == []


@pytest.mark.parametrize("piece", [1, 100_000])
def test_what_is_cut_anywhere_is_no_whole(piece: int) -> None:
    short = gzip.compress(b"a line of a report, and another one")
    for end in range(1, len(short)):
        with pytest.raises(CutShort):
            unpacked(short[:end], piece)
    with pytest.raises(zlib.error):
        unpacked(short[:-8] + b"\0" * 8, piece)


@pytest.mark.parametrize("end", [len(CODED) // 2, len(CODED) - 1])
def test_half_a_report_is_no_report(end: int) -> None:
    answers = iter([CODED[:end], CODED[:end], CODED])
    with (
        RawServer(lambda _: reply(next(answers), Content_Encoding="gzip")) as server,
        Client(f"http://127.0.0.1:{server.port}/", "K33P", retries=1) as client,
    ):
        with pytest.raises(Unreachable, match="broke before the whole reply had come"):
            list(client.cdrs("DEMO", "2017-01-01", "2017-02-01"))
        with client.cdrs_csv("DEMO", "2017-01-01", "2017-02-01") as body, pytest.raises(Unreachable):
            body.read()
        assert len(list(client.cdrs("DEMO", "2017-01-01", "2017-02-01"))) == 5000


def test_a_list_that_is_cut_within_its_compression_is_no_list() -> None:
    coded = gzip.compress(LIST.encode())
    answers = iter([coded[:5], coded[:-1], coded + b"more", coded])
    with stub_pbx(lambda _: reply(next(answers), Content_Encoding="gzip")) as (pbx, server):
        for _ in range(2):
            with pytest.raises(Unreachable):
                pbx.destinations("DEMO")
        assert [len(pbx.destinations("DEMO").rows) for _ in range(2)] == [1, 1]
        assert len(server.requests) == 4


def test_what_says_that_it_is_compressed_and_is_not_is_not_understood() -> None:
    with (
        stub_pbx(lambda _: reply(LIST, Content_Encoding="gzip")) as (pbx, _),
        pytest.raises(Unrecognised, match="content coding is broken"),
    ):
        pbx.destinations("DEMO")
