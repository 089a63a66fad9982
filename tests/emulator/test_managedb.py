"""What the emulated PBX answers to MANAGEDB in its default dialect, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from pbxsync.emulator import Emulator
from tests.emulator.http_client import CUSTOM, ask, custom, write

if TYPE_CHECKING:
    from collections.abc import Iterator

TOO_BAD = "Too bad... you mistaken the security api key."


@pytest.fixture(scope="module")
def pbx() -> Iterator[Emulator]:
    with Emulator(tenants=("DEMO", "ACME")) as running:
        running.add_key("acme-only", "write", "ACME")
        yield running


def test_list_is_an_object_by_id_without_params(pbx: Emulator) -> None:
    reply = custom(pbx, "list")
    assert reply.json()["67"] == {"cu_id": "67", "cu_name": "Old fax", "ct_name": "FORWARD"}
    assert reply.headers["Content-Type"] == "text/html; charset=UTF-8"


def test_get_is_the_whole_row(pbx: Emulator) -> None:
    row = custom(pbx, "get", objectid="67").json()
    assert list(row) == ["cu_id", "cu_te_id", "cu_name", "cu_ct_id", *(f"cu_param{n}" for n in range(1, 21))]
    assert (row["cu_ct_id"], row["cu_param1"], row["cu_param20"]) == ("1", "+4570990067", "")


def test_types_are_the_pbxs_whatever_the_tenant(pbx: Emulator) -> None:
    query = {"reqtype": "MANAGEDB", "object": "CUSTOMTYPES", "action": "list"}
    demo, acme = (ask(pbx, tenant=tenant, **query).json() for tenant in ("DEMO", "ACME"))
    assert demo == acme
    assert demo["1"] == {"ct_id": "1", "ct_name": "FORWARD", "ct_description": "Forward call to"}


def test_add_and_update_store_what_they_were_given(pbx: Emulator) -> None:
    cu_id = write(pbx, "add", {"cu_name": "Ny", "cu_ct_id": 1, "cu_param1": "0636287454"}, "ACME").json()["cu_id"]
    reply = write(pbx, "update", {"cu_id": cu_id, "cu_param2": "O'Brien", "cu_param3": True}, "ACME", objectid=cu_id)
    assert reply.text.startswith("update cu_customs set cu_param2='O\\'Brien',cu_param3='1' where cu_id='")
    assert reply.text.endswith(f"where cu_id='{cu_id}' and cu_te_id='{pbx.rows('ACME')[0]['cu_te_id']}'")
    row = custom(pbx, "get", "ACME", objectid=cu_id).json()
    assert (row["cu_name"], row["cu_param1"], row["cu_param2"]) == ("Ny", "0636287454", "O'Brien")


def test_two_adds_of_one_name_make_two_rows_with_ids_never_used_before(pbx: Emulator) -> None:
    first, second = (write(pbx, "add", {"cu_name": "Twin", "cu_ct_id": "1"}, "ACME").json()["cu_id"] for _ in "ab")
    pbx.remove(second)
    third = write(pbx, "add", {"cu_name": "Twin", "cu_ct_id": "1"}, "ACME").json()["cu_id"]
    assert int(first) < int(second) < int(third)


def test_parameters_come_from_the_form_too_and_case_does_not_count(pbx: Emulator) -> None:
    form = {"key": pbx.read_key, "reqtype": "managedb", "object": "custom", "tenant": "DEMO", "action": "LIST"}
    assert requests.post(pbx.url, data=form, timeout=20).json().keys() == {"67", "286"}


def test_a_tenants_row_is_no_other_tenants(pbx: Emulator) -> None:
    assert custom(pbx, "get", "ACME", objectid="67").content == b""
    te_id = pbx.rows("ACME")[0]["cu_te_id"]
    statement, condition = write(pbx, "update", {"cu_name": "X"}, "ACME", objectid="67").text.split(" where ")
    assert (statement, condition) == ("update cu_customs set cu_name='X'", f"cu_id='67' and cu_te_id='{te_id}'")
    assert not pbx.log[-1].committed
    assert custom(pbx, "get", objectid="67").json()["cu_name"] == "Old fax"


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "nonsense", "action": "list"},
        {"tenant": "", "action": "list"},
        {"tenant": "GONE", "action": "list"},
        {"tenant": "demo", "action": "list"},
        {"action": "add", "jsondata": '{"cu_name":"x","cu_ct_id":1}'},
        {"key": "acme-only", "action": "list"},
    ],
    ids=["wrong key", "no tenant", "unknown tenant", "case of tenant", "read key writes", "another tenant's key"],
)
def test_every_mistake_about_keys_and_tenants_has_one_error_text(pbx: Emulator, wrong: dict[str, str]) -> None:
    before = pbx.rows("DEMO")
    reply = ask(pbx, **{**CUSTOM, **wrong})
    assert (reply.status_code, reply.text) == (200, TOO_BAD)
    assert pbx.rows("DEMO") == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"reqtype": "NONSENSE"},
        {"object": "EXTENSION", "action": "list"},
        {"action": "delete", "objectid": "67"},
        {"action": "get"},
        {"action": "get", "objectid": "9999999"},
        {"action": "get", "objectid": "67 OR 1"},
        {"action": "add"},
        {"action": "add", "jsondata": "{"},
        {"action": "add", "jsondata": "[" * 1_500},
        {"action": "add", "jsondata": r'{"cu_name":"\ud800","cu_ct_id":1}'},
        {"action": "add", "jsondata": '{"cu_name":NaN,"cu_ct_id":1}'},
        {"action": "add", "jsondata": '{"cu_name":"x"}'},
        {"action": "add", "jsondata": '{"cu_name":"x","cu_ct_id":1,"cu_nonsense":"1"}'},
        {"action": "add", "jsondata": '{"cu_name":["x"],"cu_ct_id":1}'},
        {"action": "add", "jsondata": '{"cu_name":"x","cu_ct_id":"FORWARD"}'},
        {"action": "update", "objectid": "67", "jsondata": "{}"},
        {"action": "update", "objectid": "67", "jsondata": '{"cu_id":286,"cu_name":"x"}'},
    ],
    ids=lambda wrong: str(wrong)[:80],
)
def test_what_is_unknown_missing_or_not_found_answers_an_empty_200(pbx: Emulator, wrong: dict[str, str]) -> None:
    before = pbx.rows("DEMO")
    reply = ask(pbx, **{"key": pbx.write_key, **CUSTOM, **wrong})
    assert (reply.status_code, reply.content) == (200, b"")
    assert pbx.rows("DEMO") == before


def test_an_update_that_matches_nothing_answers_the_statement_all_the_same(pbx: Emulator) -> None:
    before = pbx.rows("DEMO")
    reply = write(pbx, "update", {"cu_name": "x"}, objectid="9999999")
    assert reply.text == "update cu_customs set cu_name='x' where cu_id='9999999' and cu_te_id='1'"
    assert pbx.rows("DEMO") == before
    for choice in ("json", "none"):
        with Emulator(dialect=f"update={choice}") as other:
            assert write(other, "update", {"cu_name": "x"}, objectid="9999999").content == b""


def test_without_a_list_of_tenants_every_one_exists_and_starts_empty() -> None:
    with Emulator() as pbx:
        assert custom(pbx, "list", "NEVERSEEN").text == "[]"


def test_another_path_is_not_found(pbx: Emulator) -> None:
    reply = requests.get(pbx.url.replace("proxyapi.php", "other.php"), timeout=20)
    assert reply.status_code == 404
