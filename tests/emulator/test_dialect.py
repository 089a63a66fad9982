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
        replies = [
            ask(pbx, reqtype="MANAGEDB", object="CUSTOMTYPES", tenant="DEMO", action="list"),
            custom(pbx, "list"),
            custom(pbx, "list", "EMPTY"),
            custom(pbx, "get", objectid="1"),
            custom(pbx, "get", objectid="2"),
            write(pbx, "add", {"cu_name": "B", "cu_ct_id": 1}),
            write(pbx, "update", {"cu_name": "C"}, objectid="1"),
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
