"""Every kind of fault does what its line in the table says, and nothing after it is put out of work."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from pbxsync.emulator import FAULTS, Emulator
from tests.emulator.asking import ask, custom, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOO_BAD = "Too bad... you mistaken the security api key."
LIST = b'{"67":{"cu_id":"67","cu_name":"Old fax","ct_name":"FORWARD"},"286":{"cu_id":"286","cu_name":"S\\u00f8ren","ct_name":"FORWARD"}}'  # fmt: skip  # noqa: E501 -- one reply


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    with Emulator(demo=False) as pbx:
        pbx.put("DEMO", cu_id=67, cu_name="Old fax", cu_param1="1")
        pbx.put("DEMO", cu_id=286, cu_name="Søren", cu_param1="2")
        yield pbx


@pytest.fixture
def pbx(running: Emulator) -> Iterator[Emulator]:
    running.faults.clear()
    running.clear_log()
    yield running
    running.faults.clear()


def _exchange(pbx: Emulator, action: str = "list") -> bytes:
    """All bytes of one reply, up to the end of the connection."""
    host, port = pbx.url.split("/")[2].split(":")
    path = f"/pbx/proxyapi.php?key={pbx.read_key}&reqtype=MANAGEDB&object=CUSTOM&tenant=DEMO&action={action}"
    with socket.create_connection((host, int(port)), timeout=20) as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        pieces = []
        while piece := sock.recv(1 << 20):
            pieces.append(piece)
    return b"".join(pieces)


def _resets(pbx: Emulator) -> bool:
    with pytest.raises(ConnectionResetError):
        _exchange(pbx)
    return True


def _closes(pbx: Emulator) -> bool:
    return _exchange(pbx) == b""


def _times_out(pbx: Emulator) -> bool:
    with pytest.raises(requests.ReadTimeout), requests.Session() as session:
        session.get(pbx.url, timeout=0.2)
    return True


def _is_late(pbx: Emulator) -> bool:
    started = time.monotonic()
    custom(pbx, "list")
    return time.monotonic() - started >= 0.2


def _drips(pbx: Emulator) -> bool:
    pbx.faults.clear()
    pbx.faults.add("drip=2ms")
    started = time.monotonic()
    return custom(pbx, "list").content == LIST and time.monotonic() - started > 0.002 * len(LIST)


def _body_is_cut(pbx: Emulator) -> bool:
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        custom(pbx, "list")
    return True


def _refuses(pbx: Emulator) -> bool:
    pbx.faults.clear()
    pbx.faults.add("refuse=300ms")
    _resets(pbx)
    pbx.faults.clear()
    with pytest.raises(ConnectionRefusedError):
        _exchange(pbx)
    return _answers_in_the_end(pbx)


def _answers_in_the_end(pbx: Emulator) -> bool:
    for _ in range(100):
        time.sleep(0.02)  # the outside of a socket has no event to wait for
        try:
            return _exchange(pbx).endswith(LIST)
        except ConnectionRefusedError:
            continue
    return False


def _status(status: int, text: str) -> Callable[[Emulator], bool]:
    def check(pbx: Emulator) -> bool:
        reply = custom(pbx, "list")
        return reply.status_code == status and text in reply.text

    return check


def _redirects(pbx: Emulator) -> bool:
    reply = custom(pbx, "list")
    return reply.status_code == 302 and reply.headers["Location"] == "/pbx/index.php"


def _echoes(pbx: Emulator) -> bool:
    pbx.add_key("a&b/=æ", "read")
    reply = ask(pbx, key="a&b/=æ", reqtype="MANAGEDB")
    encoded = base64.b64encode("a&b/=æ".encode()).decode()
    return reply.status_code == 500 and all(
        form in reply.text for form in ("a&b/=æ", "key=a%26b%2F%3D%C3%A6&", "a&amp;b", encoded)
    )


def _says(body: bytes) -> Callable[[Emulator], bool]:
    return lambda pbx: _exchange(pbx).endswith(b"\r\n\r\n" + body)


def _has_many_megabytes(pbx: Emulator) -> bool:
    pbx.faults.clear()
    pbx.faults.add("huge=3")
    return len(custom(pbx, "list").json()["1"]["cu_name"]) == 3_000_000


def _is_a_bomb(pbx: Emulator) -> bool:
    pbx.faults.clear()
    pbx.faults.add("gzip-bomb=3")
    small, large = _exchange(pbx).partition(b"\r\n\r\n")[2], custom(pbx, "list").content
    return len(small) < 50_000 and large == gzip.decompress(small) and len(large) > 3_000_000


def _is_gzipped(pbx: Emulator) -> bool:
    return gzip.decompress(_exchange(pbx).partition(b"\r\n\r\n")[2]) == LIST == custom(pbx, "list").content


def _is_no_gzip(pbx: Emulator) -> bool:
    with pytest.raises(requests.exceptions.ContentDecodingError):
        custom(pbx, "list")
    return True


def _other_row(pbx: Emulator) -> bool:
    return bool(custom(pbx, "get", objectid="67").json()["cu_id"] == "286")


def _rows(check: Callable[[Any], bool]) -> Callable[[Emulator], bool]:
    return lambda pbx: check(json.loads(custom(pbx, "list").content, object_pairs_hook=list))


def _stores(sent: str, kept: str) -> Callable[[Emulator], bool]:
    def check(pbx: Emulator) -> bool:
        cu_id = write(pbx, "add", {"cu_name": "x", "cu_ct_id": 1, "cu_param1": sent}, "OTHER").json()["cu_id"]
        added = pbx.rows("OTHER")[-1]["cu_param1"]
        reply = write(pbx, "update", {"cu_param2": sent}, "OTHER", objectid=cu_id)
        return added == kept == pbx.rows("OTHER")[-1]["cu_param2"] and reply.text.startswith("update cu_customs set")

    return check


def _lies(pbx: Emulator) -> bool:
    before = pbx.rows("DEMO")
    said = write(pbx, "update", {"cu_name": "New"}, objectid="67").text
    return said.startswith("update cu_customs set cu_name='New'") and pbx.rows("DEMO") == before


def _is_stale(pbx: Emulator) -> bool:
    pbx.put("STALE", cu_id=900, cu_name="Old")
    names = [custom(pbx, "list", "STALE").json()["900"]["cu_name"]]
    pbx.change(900, cu_name="New")
    names += [custom(pbx, "list", "STALE", **cache).json()["900"]["cu_name"] for cache in ({}, {"cache": "no"}, {})]
    pbx.remove(900)
    return names == ["Old", "Old", "New", "Old"]


SHOWS: dict[str, Callable[[Emulator], bool]] = {
    "refuse": _refuses,
    "reset": _resets,
    "close": _closes,
    "timeout": _times_out,
    "latency": _is_late,
    "drip": _drips,
    "cut-body": _body_is_cut,
    "status-429": _status(429, "Too Many Requests"),
    "status-503": _status(503, "Service Unavailable"),
    "status-500": _status(500, "Internal Server Error"),
    "html-502": _status(502, "nginx"),
    "html-504": _status(504, "nginx"),
    "redirect": _redirects,
    "login-page": _status(200, "<form"),
    "status-401": _status(401, "Unauthorized"),
    "status-403": _status(403, "Forbidden"),
    "status-404": _status(404, "Not Found"),
    "too-bad": _status(200, TOO_BAD),
    "echo-key": _echoes,
    "empty": _says(b""),
    "null": _says(b"null"),
    "false": _says(b"false"),
    "bracket": _says(b"]"),
    "php-fatal": _status(200, "<b>Fatal error</b>"),
    "php-warning": lambda pbx: (
        custom(pbx, "list").content.startswith(b"<br />\n<b>Warning</b>") and custom(pbx, "list").content.endswith(LIST)
    ),
    "cut-json": _says(LIST[: len(LIST) // 2]),
    "latin-1": lambda pbx: b"S\xf8ren" in _exchange(pbx),
    "bom": _says(b"\xef\xbb\xbf" + LIST),
    "gzip": _is_gzipped,
    "bad-gzip": _is_no_gzip,
    "huge": _has_many_megabytes,
    "gzip-bomb": _is_a_bomb,
    "missing-row": _rows(lambda pairs: [key for key, _ in pairs] == ["67"]),
    "twice-row": _rows(lambda pairs: [key for key, _ in pairs] == ["67", "286", "67"]),
    "bad-row": _rows(lambda pairs: isinstance(pairs[1][1], str)),
    "no-id-row": _rows(lambda pairs: pairs[1][0] == "" and "cu_id" not in dict(pairs[1][1])),
    "wrong-key": _rows(lambda pairs: pairs[1][0] == "287" and dict(pairs[1][1])["cu_id"] == "286"),
    "number-ids": _rows(lambda pairs: dict(pairs[1][1])["cu_id"] == 286),
    "other-row": _other_row,
    "many-rows": _rows(lambda pairs: len(pairs) == 10_002),
    "cut-values": _stores("012345678901234", "0123456789"),
    "trim-values": _stores(" 1 2 ", "1 2"),
    "escape-quotes": _stores("a'b\"c\\", "a\\'b\\\"c\\\\"),
    "escape-html": _stores("<&>", "&lt;&amp;&gt;"),
    "lie": _lies,
    "stale": _is_stale,
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_shows(pbx: Emulator, kind: str) -> None:
    pbx.faults.add(kind)
    assert SHOWS[kind](pbx)
    pbx.faults.clear()
    assert custom(pbx, "list").content == LIST


MOMENTS = [name for name, kind in FAULTS.items() if kind.moment and name not in {"huge", "gzip-bomb"}]


@pytest.mark.parametrize("moment", ["before", "after-commit"])
@pytest.mark.parametrize("kind", MOMENTS)
def test_a_fault_hits_before_the_write_or_after_it_was_committed(pbx: Emulator, kind: str, moment: str) -> None:
    pbx.faults.add(f"{kind}-{moment} action=add" if kind != "timeout" else f"timeout-{moment}=10ms action=add")
    before = len(pbx.rows("DEMO"))
    try:
        reply = write(pbx, "add", {"cu_name": "x", "cu_ct_id": 1})
    except requests.ConnectionError:
        reply = None
    assert reply is None or "cu_id" not in reply.text
    committed = moment == "after-commit"
    assert len(pbx.rows("DEMO")) - before == committed
    assert [(record.committed, record.status == 0) for record in pbx.log] == [(committed, reply is None)]
    if committed:
        pbx.remove(pbx.rows("DEMO")[-1]["cu_id"])


@pytest.mark.parametrize("dialect", ["full", "nested", "bare"])
@pytest.mark.parametrize("kind", ["missing-row", "twice-row", "bad-row", "no-id-row", "number-ids", "many-rows=5"])
def test_faults_of_rows_change_the_list_of_every_dialect(dialect: str, kind: str) -> None:
    with Emulator(dialect=dialect) as pbx:
        sound = custom(pbx, "list").content
        pbx.faults.add(kind)
        changed = custom(pbx, "list").content
        assert json.loads(changed)
        # Rows that lack cu_id have none to be made a number or be lost.
        assert changed != sound or (dialect, kind) == ("bare", "number-ids")


@pytest.mark.parametrize(
    ("kind", "beneath"), [("twice-row", "null"), ("twice-row", "bracket"), ("number-ids", "bracket")]
)
def test_a_fault_of_rows_leaves_an_answer_without_rows_as_it_is(pbx: Emulator, kind: str, beneath: str) -> None:
    pbx.faults.add(kind)
    pbx.faults.add(beneath)
    assert custom(pbx, "list").text == {"null": "null", "bracket": "]"}[beneath]


def test_another_row_than_the_only_one_is_not_to_be_had(pbx: Emulator) -> None:
    pbx.put("LONE", cu_id=950, cu_name="Lone")
    pbx.faults.add("other-row")
    assert custom(pbx, "get", "LONE", objectid="950").json()["cu_name"] == "Lone"
    pbx.remove("950")


def test_the_wrong_charset_is_for_text_too(pbx: Emulator) -> None:
    cu_id = pbx.put("TEXT", cu_name="x")
    pbx.faults.add("latin-1")
    assert b"cu_name='\xd8'" in write(pbx, "update", {"cu_name": "Ø"}, "TEXT", objectid=cu_id).content


def test_a_list_can_lose_all_its_rows(pbx: Emulator) -> None:
    pbx.faults.add("missing-row=2")
    assert custom(pbx, "list").text == "[]"


def test_a_get_finds_each_of_the_many_rows(pbx: Emulator) -> None:
    pbx.faults.add("many-rows=2")
    last = list(custom(pbx, "list").json())[-1]
    assert custom(pbx, "get", objectid=last).json()["cu_name"] == "One of many 1"
    assert custom(pbx, "get", objectid=str(int(last) + 1)).content == b""


def test_a_lie_about_an_add_names_an_id_that_is_not_there(pbx: Emulator) -> None:
    pbx.faults.add("lie action=add")
    cu_id = write(pbx, "add", {"cu_name": "x", "cu_ct_id": 1}).json()["cu_id"]
    assert custom(pbx, "get", objectid=cu_id).content == b""
    assert not pbx.log[0].committed


def test_values_may_be_bent_in_chosen_columns_alone(pbx: Emulator) -> None:
    pbx.faults.add("cut-values=3 field=cu_name")
    write(pbx, "add", {"cu_name": "Longer", "cu_ct_id": 1, "cu_param1": "Longer"}, "BENT")
    assert [(row["cu_name"], row["cu_param1"]) for row in pbx.rows("BENT")] == [("Lon", "Longer")]


def test_retry_after_and_the_target_of_a_redirect_can_be_chosen(pbx: Emulator) -> None:
    pbx.faults.add("status-503 retry-after=2 n=1")
    pbx.faults.add("redirect to=http://127.0.0.1:9/ n=2")
    assert custom(pbx, "list").headers["Retry-After"] == "2"
    assert custom(pbx, "list").headers["Location"] == "http://127.0.0.1:9/"


def test_faults_combine_the_first_outermost(pbx: Emulator) -> None:
    pbx.faults.add("bom")
    pbx.faults.add("null")
    assert custom(pbx, "list").content == b"\xef\xbb\xbfnull"
    assert pbx.log[0].fault == "bom,null"


def test_a_held_request_counts_as_in_flight_and_ends_when_its_client_leaves(pbx: Emulator) -> None:
    pbx.faults.add("timeout=60 objectid=67")
    with pytest.raises(requests.ReadTimeout):
        requests.get(pbx.url, params={"objectid": "67"}, timeout=0.1)
    for _ in range(100):
        custom(pbx, "list")
        if pbx.log[-1].in_flight == 1:
            break
        time.sleep(0.01)
    assert pbx.log[-1].in_flight == 1


def test_more_requests_than_the_limit_are_refused_at_once() -> None:
    with Emulator(max_in_flight=2, latency_ms=300) as pbx:
        threads = [threading.Thread(target=custom, args=(pbx, "list")) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(record.status for record in pbx.log) == [200, 200, 429, 429, 429, 429]
        assert {record.fault for record in pbx.log if record.status == 429} == {"max_in_flight"}
        assert all(record.finished - record.started >= 0.3 for record in pbx.log if record.status == 200)
        pbx.conduct.max_in_flight = None
        pbx.conduct.latency_ms = 0
        assert custom(pbx, "list").status_code == 200


def test_while_connections_are_refused_open_ones_are_reset_too(pbx: Emulator) -> None:
    with requests.Session() as session:
        session.get(pbx.url, timeout=20)
        pbx.faults.add("refuse=200ms tenant=NONE")
        with pytest.raises(requests.ConnectionError):
            ask(pbx, tenant="NONE")
        with pytest.raises(requests.ConnectionError):
            session.get(pbx.url, timeout=20)
    assert _answers_in_the_end(pbx)


def test_two_requests_may_take_the_server_down_at_once(pbx: Emulator) -> None:
    pbx.faults.add("latency=100ms")
    pbx.faults.add("refuse=200ms")
    threads = [threading.Thread(target=_resets, args=(pbx,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pbx.faults.clear()
    assert _answers_in_the_end(pbx)


def test_faults_of_the_store_leave_the_types_alone(pbx: Emulator) -> None:
    pbx.faults.add("trim-values")
    types = ask(pbx, reqtype="MANAGEDB", object="CUSTOMTYPES", tenant="DEMO", action="list")
    assert types.json()["1"]["ct_name"] == "FORWARD"


def test_stopping_does_not_wait_for_what_is_held() -> None:
    with Emulator(faults=["timeout=60 n=1", "refuse=60 n=2"]) as pbx:
        with pytest.raises(requests.ReadTimeout):
            requests.get(pbx.url, timeout=0.1)
        with pytest.raises(requests.ConnectionError):
            requests.get(pbx.url, timeout=5)
        started = time.monotonic()
    assert time.monotonic() - started < 3
