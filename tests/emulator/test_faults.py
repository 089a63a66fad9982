"""Faults before and after the commit, in every dialect, together, with their options, and the limits of the server."""

from __future__ import annotations

import json
import threading
import time

import pytest
import requests

from pbxsync.emulator import FAULTS, Emulator
from tests.emulator.http_client import answers_in_the_end, ask, custom, resets, write

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


@pytest.mark.parametrize("kind", ["missing-row", "twice-row", "bad-row", "no-id-row", "wrong-key"])
def test_a_fault_of_rows_leaves_a_get_as_it_is_for_it_is_no_list(kind: str) -> None:
    with Emulator() as pbx:
        whole = custom(pbx, "get", objectid="67").content
        pbx.faults.add(f"{kind} object=CUSTOM action=GET")
        assert custom(pbx, "get", objectid="67").content == whole


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


def test_a_row_without_an_id_may_have_a_wrong_key_too(pbx: Emulator) -> None:
    pbx.faults.add("wrong-key")
    pbx.faults.add("no-id-row")
    (key, row) = list(custom(pbx, "list").json().items())[-1]
    assert (key, "cu_id" in row) == ("1", False)


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
        pbx.behaviour.max_in_flight = None
        pbx.behaviour.latency_ms = 0
        assert custom(pbx, "list").status_code == 200


def test_while_connections_are_refused_open_ones_are_reset_too(pbx: Emulator) -> None:
    with requests.Session() as session:
        session.get(pbx.url, timeout=20)
        pbx.faults.add("refuse=200ms tenant=NONE")
        with pytest.raises(requests.ConnectionError):
            ask(pbx, tenant="NONE")
        with pytest.raises(requests.ConnectionError):
            session.get(pbx.url, timeout=20)
    assert answers_in_the_end(pbx)


def test_two_requests_may_take_the_server_down_at_once(pbx: Emulator) -> None:
    pbx.faults.add("latency=100ms")
    pbx.faults.add("refuse=200ms")
    threads = [threading.Thread(target=resets, args=(pbx,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pbx.faults.clear()
    assert answers_in_the_end(pbx)


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
