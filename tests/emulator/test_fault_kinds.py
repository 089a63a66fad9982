"""Every kind of fault does what its line in the table says, and nothing after it is put out of work."""

from __future__ import annotations

import base64
import gzip
import json
import time
import zlib
from typing import TYPE_CHECKING, Any

import pytest
import requests

from pbxsync.emulator import FAULTS, Emulator
from tests.emulator.http_client import CUSTOM, LIST, answers_in_the_end, ask, custom, exchange, resets, write

if TYPE_CHECKING:
    from collections.abc import Callable

TOO_BAD = "Too bad... you mistaken the security api key."


def _closes(pbx: Emulator) -> bool:
    return exchange(pbx) == b""


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
    resets(pbx)
    pbx.faults.clear()
    with pytest.raises(ConnectionRefusedError):
        exchange(pbx)
    return answers_in_the_end(pbx)


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
    return lambda pbx: exchange(pbx).endswith(b"\r\n\r\n" + body)


def _has_many_megabytes(pbx: Emulator) -> bool:
    pbx.faults.clear()
    pbx.faults.add("huge=3")
    return len(custom(pbx, "list").json()["1"]["cu_name"]) == 3_000_000


def _is_a_bomb(pbx: Emulator) -> bool:
    pbx.faults.clear()
    pbx.faults.add("gzip-bomb=3")
    small, large = exchange(pbx).partition(b"\r\n\r\n")[2], custom(pbx, "list").content
    return len(small) < 50_000 and large == gzip.decompress(small) and len(large) > 3_000_000


def _is_gzipped(pbx: Emulator) -> bool:
    return gzip.decompress(exchange(pbx).partition(b"\r\n\r\n")[2]) == LIST == custom(pbx, "list").content


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


def _hints_first(pbx: Emulator) -> bool:
    interim, _, final = exchange(pbx).partition(b"\r\n\r\n")
    return interim.startswith(b"HTTP/1.1 103 Early Hints\r\n") and final.startswith(b"HTTP/1.1 200 OK\r\n")


def _is_coded(pbx: Emulator) -> bool:
    plain = exchange(pbx)
    pbx.faults.clear()
    pbx.faults.add("content-coding codings=deflate,gzip")
    head, _, body = exchange(pbx).partition(b"\r\n\r\n")
    return (
        b"Content-Encoding: br\r\n" in plain
        and plain.endswith(b"\r\n\r\n" + LIST)
        and b"Content-Encoding: deflate, gzip" in head
        and zlib.decompress(gzip.decompress(body)) == LIST
    )


def _uses_another_tenant(pbx: Emulator) -> bool:
    listed = custom(pbx, "list", "OTHERS").content
    row = custom(pbx, "get", "OTHERS", objectid="67").json()
    pbx.faults.clear()
    pbx.faults.add("other-tenant as=ELSEWHERE action=list")
    return listed == LIST and row["cu_name"] == "Old fax" and custom(pbx, "list").text == "[]"


def _has_te_id(pbx: Emulator) -> bool:
    pbx.faults.clear()
    pbx.faults.add("te-id=42")
    return {custom(pbx, "get", objectid=cu_id).json()["cu_te_id"] for cu_id in ("67", "286")} == {"42"}


def _answers_with_another_object(pbx: Emulator) -> bool:
    types = ask(pbx, **{**CUSTOM, "object": "CUSTOMTYPES", "action": "list"})
    return types.content == LIST and custom(pbx, "list").json()["1"]["ct_name"] == "FORWARD"


def _changes_the_names(pbx: Emulator, name: str, listed: str) -> bool:
    cu_id = pbx.put("NAMES", cu_name=name)
    names = [custom(pbx, "list", "NAMES").json()[cu_id]["cu_name"]]
    names.append(custom(pbx, "get", "NAMES", objectid=cu_id).json()["cu_name"])
    pbx.remove(cu_id)
    return names == [listed, name]


def _lists_names(name: str, listed: str) -> Callable[[Emulator], bool]:
    return lambda pbx: _changes_the_names(pbx, name, listed)


def _tells_a_wrong_id(pbx: Emulator) -> bool:
    told = write(pbx, "add", {"cu_name": "x", "cu_ct_id": 1}, "WRONG").json()["cu_id"]
    return int(told) == int(pbx.rows("WRONG")[-1]["cu_id"]) + 1


def _lists_late(pbx: Emulator) -> bool:
    pbx.faults.clear()
    pbx.faults.add("list-lag=400ms")
    cu_id = write(pbx, "add", {"cu_name": "x", "cu_ct_id": 1}, "LATE").json()["cu_id"]
    early = custom(pbx, "list", "LATE").text, custom(pbx, "get", "LATE", objectid=cu_id).json()["cu_name"]
    time.sleep(0.4)  # the fault has a clock of its own
    late = custom(pbx, "list", "LATE").json()
    pbx.remove(cu_id)
    return early == ("[]", "x") and late.keys() == {cu_id}


SHOWS: dict[str, Callable[[Emulator], bool]] = {
    "refuse": _refuses,
    "reset": resets,
    "close": _closes,
    "timeout": _times_out,
    "latency": _is_late,
    "drip": _drips,
    "interim": _hints_first,
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
    "latin-1": lambda pbx: b"S\xf8ren" in exchange(pbx),
    "bom": _says(b"\xef\xbb\xbf" + LIST),
    "gzip": _is_gzipped,
    "bad-gzip": _is_no_gzip,
    "content-coding": _is_coded,
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
    "other-tenant": _uses_another_tenant,
    "other-object": _answers_with_another_object,
    "te-id": _has_te_id,
    "list-names-html": _lists_names("A & B", "A &amp; B"),
    "list-names-cut": _lists_names("Omstilling til natvagten", "Omstilling til natva"),
    "list-names-upper": _lists_names("Søren", "SØREN"),
    "list-names-trim": _lists_names(" Night duty ", "Night duty"),
    "wrong-id": _tells_a_wrong_id,
    "cut-values": _stores("012345678901234", "0123456789"),
    "trim-values": _stores(" 1 2 ", "1 2"),
    "escape-quotes": _stores("a'b\"c\\", "a\\'b\\\"c\\\\"),
    "escape-html": _stores("<&>", "&lt;&amp;&gt;"),
    "lie": _lies,
    "stale": _is_stale,
    "list-lag": _lists_late,
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_shows(pbx: Emulator, kind: str) -> None:
    pbx.faults.add(kind)
    assert SHOWS[kind](pbx)
    pbx.faults.clear()
    assert custom(pbx, "list").content == LIST
