"""Headers are read as `http.client` reads them, whatever a server sends."""

from __future__ import annotations

from http.client import HTTPException, HTTPMessage, parse_headers
from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pbxsync.http.headers import is_broken, read_headers

names = st.sampled_from(
    [b"Content-Length", b"content-type", b"X", b"Set-Cookie", b"", b"A B", b"From ", b" X", b"\tX", b"\xe9"]
)
colons = st.sampled_from([b":", b": ", b":\t ", b" : ", b"", b"::"])
values = st.sampled_from(
    [b"", b"5", b"text/html; charset=utf-8", b"a, b ", b"\xe6\xf8", b"a\rb", b"a\x00b", b"a\x0bb", b"\x7f"]
)
ends = st.sampled_from([b"\r\n", b"\r\n", b"\n", b"\r\r\n", b"\r"])
lines = st.builds(lambda *parts: b"".join(parts), names, colons, values | st.binary(max_size=8), ends)
blocks = st.lists(lines, max_size=6).map(b"".join) | st.binary(max_size=60)


def outcome(read: object, block: bytes) -> tuple[object, ...]:
    """Return what was read, what is left to read, and the defects."""
    reader = BytesIO(block)
    headers = read(reader)  # type: ignore[operator]
    assert isinstance(headers, HTTPMessage)
    return list(headers.raw_items()), [type(defect) for defect in headers.defects], reader.read()


@given(blocks, st.sampled_from([b"\r\n", b"\n", b""]), st.binary(max_size=5))
@example(b"From a@b.c Sat\r\n", b"\r\n", b"")
@example(b"A: 1\r\n folded\r\n", b"\r\n", b"x")
@example(b" folded\r\nA: 1\r\n", b"\r\n", b"x")
@example(b"A : 1\r\nB: 2\r\n", b"\r\n", b"x")
def test_headers_are_those_of_http_client(block: bytes, end: bytes, body: bytes) -> None:
    assert outcome(read_headers, block + end + body) == outcome(parse_headers, block + end + body)


@pytest.mark.parametrize(
    "block", [b"A: 1\r\nno colon\r\nB: 2\r\n\r\n", b" folded\r\n\r\n", b"A: 1\r\nFrom here on\r\n\r\n"]
)
def test_lines_that_are_no_headers_are_noticed(block: bytes) -> None:
    assert is_broken(read_headers(BytesIO(block)))


@pytest.mark.parametrize("block", [b"A: 1\r\nB:2\r\nC:\r\n\r\n", b"A: 1\r\n folded\r\n\r\n"])
def test_headers_are_not_broken(block: bytes) -> None:
    assert not is_broken(read_headers(BytesIO(block)))


@pytest.mark.parametrize("count", [99, 100, 101])
def test_headers_are_counted_as_http_client_counts_them(count: int) -> None:
    block = b"A: 1\r\n" * count + b"\r\n"
    try:
        expected: object = outcome(parse_headers, block)
    except HTTPException as error:
        expected = str(error)
    try:
        got: object = outcome(read_headers, block)
    except HTTPException as error:
        got = str(error)
    assert got == expected


@pytest.mark.parametrize("length", [65_536, 65_537, 70_000])
def test_long_lines_are_refused_as_http_client_refuses_them(length: int) -> None:
    block = b"A: " + b"x" * (length - 5) + b"\r\n\r\n"
    if length <= 65_536:
        assert outcome(read_headers, block) == outcome(parse_headers, block)
    else:
        with pytest.raises(HTTPException, match="got more than 65536 bytes when reading header line"):
            read_headers(BytesIO(block))
