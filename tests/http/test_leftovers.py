"""Bytes after a reply are never taken for the answer to the next request."""

from __future__ import annotations

import json
from itertools import count
from threading import Event, Timer
from typing import TYPE_CHECKING

import pytest

from pbxsync.errors import WireError
from tests.pbx.stub import stub_pbx
from tests.support.rawserver import reply

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTRA = {
    "a whole reply": reply("[]"),
    "the head of one": reply("[]")[:-2],
    "a word": b"[]",
    "a line": b"\r\n",
}


@pytest.mark.parametrize("extra", EXTRA)
def test_each_request_gets_its_own_answer(extra: str) -> None:
    numbers = count(1)

    def answer(_: bytes) -> bytes:
        return reply(json.dumps({str(next(numbers)): {"cu_name": "Fax"}})) + EXTRA[extra]

    with stub_pbx(answer) as (pbx, _):
        found = [[row.id for row in pbx.destinations("DEMO").rows] for _ in range(10)]
    assert found == [[str(number)] for number in range(1, 11)]


@pytest.mark.parametrize("warm", [False, True], ids=["a new connection", "an open connection"])
@pytest.mark.parametrize("status", [101, 204, 304])
def test_what_comes_after_a_reply_without_a_body_is_no_answer_to_the_next_request(status: int, warm: bool) -> None:
    asked, numbers, late = count(), count(1), Event()

    def answer(_: bytes) -> Iterator[bytes]:
        whole = reply(json.dumps({str(next(numbers)): {"cu_name": "Fax"}}))
        if next(asked) != int(warm):
            yield whole
            return
        yield f"HTTP/1.1 {status} Whatever\r\nLink: </style.css>\r\n\r\n".encode()
        assert late.wait(10)
        yield whole

    with stub_pbx(answer) as (pbx, server):
        if warm:
            pbx.destinations("DEMO")
        with pytest.raises(WireError, match=f"HTTP (status )?{status}"):
            pbx.destinations("DEMO")
        Timer(0.2, late.set).start()
        assert [row.id for row in pbx.destinations("ACME").rows] == [str(2 + warm)]
        late.set()
        assert len(server.connections) == 2
