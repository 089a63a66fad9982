"""Every choice of every dialect option shows in a reply."""

from __future__ import annotations

import pytest

from pbxsync.emulator import Dialect, Emulator
from pbxsync.emulator.dialect import OPTIONS, PRESETS
from tests.emulator.http_client import ask, custom, write

P20 = {f"cu_param{n}": "" for n in range(1, 21)}


def _everything(dialect: Dialect) -> str:
    """All that a dialect can say, as one text."""
    with Emulator(dialect=dialect, demo=False) as pbx:
        pbx.put("DEMO", cu_name="Æ", cu_id=1)
        pbx.put_shared(cu_name="Everybody's", cu_id=3)
        replies = [
            ask(pbx, reqtype="MANAGEDB", object="CUSTOMTYPES", tenant="DEMO", action="list"),
            ask(pbx, reqtype="MANAGEDB", object="CUSTOMTYPE", tenant="DEMO", action="list"),
            custom(pbx, "list", "demo"),
            custom(pbx, "get", objectid="3"),
            custom(pbx, "list"),
            custom(pbx, "list", "EMPTY"),
            custom(pbx, "get", objectid="1"),
            custom(pbx, "get", objectid="2"),
            write(pbx, "add", {"cu_name": "B", "cu_ct_id": 1}),
            write(pbx, "update", {"cu_name": "C"}, objectid="1"),
            write(pbx, "delete", {}, objectid="1"),
        ]
        return "\n".join(f"{reply.headers['Content-Type']} {reply.text}" for reply in replies)


@pytest.mark.parametrize("name", OPTIONS)
def test_each_choice_of_an_option_answers_differently(name: str) -> None:
    said = {_everything(Dialect.parse(f"{name}={choice}")) for choice in OPTIONS[name].choices}
    assert len(said) == len(OPTIONS[name].choices)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_answers(name: str) -> None:
    assert "FORWARD" in _everything(Dialect.parse(name))


def test_options_change_the_preset_before_them() -> None:
    assert Dialect.parse("full, ids=number").list == "array"
    assert Dialect.parse("full, list=keyed").params_in_list


def test_a_full_list_is_an_array_of_whole_rows() -> None:
    with Emulator(dialect="full", demo=False) as pbx:
        pbx.put("DEMO", cu_name="A", cu_id=7, cu_param1="x")
        row = {"cu_id": "7", "cu_te_id": "1", "cu_name": "A", "cu_ct_id": "1", "ct_name": "FORWARD", **P20}
        assert custom(pbx, "list").json() == [{**row, "cu_param1": "x"}]


def test_positional_keys_come_before_the_name_of_their_column() -> None:
    with Emulator(dialect="positional=yes,columns=10", demo=False) as pbx:
        pbx.put("DEMO", cu_name="A", cu_id=7)
        row = custom(pbx, "list").json()["7"]
        assert list(row) == ["0", "cu_id", "1", "cu_name", "2", "ct_name"]
        assert list(row.values()) == ["7", "7", "A", "A", "FORWARD", "FORWARD"]


def test_a_type_that_is_not_listed_has_no_name() -> None:
    with Emulator(dialect="ct_id=yes,ids=number,unset=null", demo=False) as pbx:
        pbx.put("DEMO", cu_name="A", cu_id=7, cu_ct_id=500)
        assert custom(pbx, "list").json()["7"] == {"cu_id": 7, "cu_name": "A", "cu_ct_id": 500, "ct_name": None}


def test_format_json_changes_the_content_type_alone() -> None:
    with Emulator(dialect="content=html") as pbx:
        plain, asked = custom(pbx, "list"), custom(pbx, "list", format="json")
        assert plain.headers["Content-Type"].startswith("text/html")
        assert asked.headers["Content-Type"].startswith("application/json")
        assert plain.content == asked.content


@pytest.mark.parametrize(("shared", "te_id"), [("zero", "0"), ("empty", ""), ("other", "999999")])
def test_a_shared_row_is_in_every_list_under_no_tenants_te_id(shared: str, te_id: str) -> None:
    with Emulator(dialect=f"shared={shared},te_id=yes,ids=number", demo=False) as pbx:
        pbx.put("DEMO", cu_name="Own", cu_id=9)
        pbx.put_shared(cu_name="Everybody's", cu_id=3)
        told = int(te_id) if te_id else ""
        for tenant, ids in (("DEMO", ["3", "9"]), ("ACME", ["3"])):
            listed = custom(pbx, "list", tenant).json()
            assert list(listed) == ids
            assert listed["3"]["cu_te_id"] == custom(pbx, "get", tenant, objectid="3").json()["cu_te_id"] == told
        assert write(pbx, "update", {"cu_name": "Changed"}, "ACME", objectid="3").text
        assert [row["cu_name"] for row in pbx.shared_rows] == ["Changed"]
        assert [row["cu_id"] for row in pbx.rows("DEMO")] == ["9"]


def test_the_demo_world_has_a_shared_row_that_is_hidden_unless_the_dialect_shows_it() -> None:
    with Emulator() as pbx:
        assert list(custom(pbx, "list").json()) == ["67", "286"]
        assert custom(pbx, "get", objectid="90").content == b""
    with Emulator(dialect="shared=zero") as pbx:
        assert list(custom(pbx, "list").json()) == ["67", "90", "286"]


def test_tenants_that_differ_in_case_alone_are_one_where_case_is_ignored() -> None:
    with Emulator(dialect="tenant_case=ignored", tenants=["Demo"], demo=False) as pbx:
        pbx.add_key("demo-only", "write", "DEMO")
        first = write(pbx, "add", {"cu_name": "A", "cu_ct_id": 1}, "DEMO").json()["cu_id"]
        second = write(pbx, "add", {"cu_name": "B", "cu_ct_id": 1}, "demo", key="demo-only").json()["cu_id"]
        assert list(custom(pbx, "list", "dEmO").json()) == [first, second]
        assert [row["cu_te_id"] for row in pbx.rows("DEMO")] == ["1", "1"]
    with Emulator(demo=False) as pbx:
        pbx.put("DEMO", cu_name="A")
        assert custom(pbx, "list", "demo").text == "[]"


def test_delete_deletes_where_the_dialect_has_it_and_a_read_only_key_may_not() -> None:
    with Emulator(dialect="delete=yes") as pbx:
        assert "action=DELETE" in ask(pbx, reqtype="HELP").text
        assert custom(pbx, "delete", objectid="67").text.startswith("Too bad")
        kept = write(pbx, "delete", {}, "HANSEN", objectid="67")
        assert kept.text == "delete from cu_customs where cu_id='67' and cu_te_id='2'"
        assert len(pbx.rows("DEMO")) == 2
        assert write(pbx, "delete", {}, objectid="67").text.startswith("delete from cu_customs where cu_id='67'")
        assert [row["cu_id"] for row in pbx.rows("DEMO")] == ["286"]
    with Emulator() as pbx:
        assert "DELETE" not in ask(pbx, reqtype="HELP").text


def test_types_with_translation_marks() -> None:
    with Emulator(dialect="marks=yes,ct_description=yes") as pbx:
        types = ask(pbx, reqtype="MANAGEDB", object="CUSTOMTYPES", tenant="DEMO", action="list").json()
        assert (
            types["1"]["ct_description"]
            == "<t>Forward call to</t>"
            == custom(pbx, "list").json()["67"]["ct_description"]
        )
