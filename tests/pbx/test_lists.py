"""Every known shape of a CUSTOM list is understood, and nothing else is ever taken for a list."""

from __future__ import annotations

import json

import pytest

from pbxsync.errors import Unrecognised
from pbxsync.model.entry import Type
from pbxsync.pbx.shapes import Row, ShapeError, one_destination, parse, types
from tests.pbx.stub import stub_pbx
from tests.support.rawserver import reply

ALL = {f"cu_param{number}": str(number) for number in range(1, 21)}
PARAMS = tuple(ALL.values())
TEN = dict(list(ALL.items())[:10])
BARE = Row("67", "Fax", None, "FORWARD", None)
FULL = Row("67", "Fax", "1", None, PARAMS, "4")
ROW = {"cu_id": "67", "cu_name": "Fax", "ct_name": "FORWARD"}
WHOLE = {"cu_id": "67", "cu_te_id": "4", "cu_name": "Fax", "cu_ct_id": "1", **ALL}

UNDERSTOOD = {
    "an object keyed by id, without params (field)": ({"67": ROW}, BARE),
    "an array of full rows (field)": ([WHOLE], FULL),
    "an object of full rows": ({"67": WHOLE}, FULL),
    "an array without params": ([ROW], BARE),
    "the key stands for an id that the row lacks (guess)": ({"67": {"cu_name": "Fax", "ct_name": "FORWARD"}}, BARE),
    "positional keys repeat every value (field)": (
        {"67": {"0": "67", "cu_id": "67", "1": "Fax", "cu_name": "Fax", "2": "FORWARD", "ct_name": "FORWARD"}},
        BARE,
    ),
    "ids as numbers": ([WHOLE | {"cu_id": 67, "cu_ct_id": 1, "cu_te_id": 4}], FULL),
    "ten params, of an older version (field)": (
        [{"cu_id": "67", "cu_name": "Fax", "cu_ct_id": "1", **TEN}],
        Row("67", "Fax", "1", None, (*PARAMS[:10], *[""] * 10)),
    ),
    "an unset param is null (field)": (
        [WHOLE | {"cu_param1": None, "cu_param20": None}],
        Row("67", "Fax", "1", None, ("", *PARAMS[1:19], ""), "4"),
    ),
    "an empty name (field)": ({"67": ROW | {"cu_name": ""}}, Row("67", "", None, "FORWARD", None)),
    "a name that is null": ({"67": ROW | {"cu_name": None}}, Row("67", "", None, "FORWARD", None)),
    "columns that nobody knows": ({"67": ROW | {"cu_note": {"a": [1]}}}, BARE),
    "neither type id nor type name": ({"67": {"cu_name": "Fax"}}, Row("67", "Fax", None, None, None)),
    "both of them": ({"67": ROW | {"cu_ct_id": "1"}}, Row("67", "Fax", "1", "FORWARD", None)),
}


@pytest.mark.parametrize(("value", "row"), UNDERSTOOD.values(), ids=UNDERSTOOD)
def test_it_is_understood(value: object, row: Row) -> None:
    with stub_pbx(json.dumps(value)) as (pbx, _):
        listing = pbx.destinations("DEMO")
    assert (listing.rows, listing.doubtful) == ((row,), False)


def test_rows_that_name_no_tenant_are_shared_and_those_that_tell_nothing_are_the_tenants_own() -> None:
    told: list[dict[str, object]] = [{}, {"cu_te_id": None}, {"cu_te_id": ""}, {"cu_te_id": 0}, {"cu_te_id": "4"}]
    rows = [{"cu_id": str(number), "cu_name": "Fax", **each} for number, each in enumerate(told, 1)]
    with stub_pbx(json.dumps(rows)) as (pbx, _):
        listing = pbx.destinations("DEMO")
    assert [row.id for row in listing.rows] == ["1", "5"]
    assert [row.id for row in listing.shared] == ["2", "3", "4"]


@pytest.mark.parametrize("body", ["[]", "{}", " []\r\n"])
def test_an_explicit_nothing_is_an_empty_tenant_at_once(body: str) -> None:
    with stub_pbx(body) as (pbx, server):
        assert pbx.destinations("DEMO").rows == ()
        assert not pbx.destinations("DEMO").doubtful
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"\xef\xbb\xbf", b""), (b"\n  ", b"\r\n")],
    ids=["a byte order mark (guess)", "blanks around it"],
)
def test_what_stands_around_it_is_passed_over(before: bytes, after: bytes) -> None:
    with stub_pbx(before + json.dumps({"67": ROW}).encode() + after) as (pbx, _):
        assert pbx.destinations("DEMO").rows == (BARE,)


def test_letters_arrive_as_they_are_escaped_or_not() -> None:
    name = "Vagt æøå 東京 🎺 \x1b[31m \u202e ::error:: </script> \ud800"
    for ascii_only in (True, False):
        text = json.dumps({"67": ROW | {"cu_name": name if ascii_only else name[:-1]}}, ensure_ascii=ascii_only)
        with stub_pbx(text) as (pbx, _):
            assert pbx.destinations("DEMO").rows[0].name == (name if ascii_only else name[:-1])


def text(**changes: object) -> str:
    return json.dumps([WHOLE | changes])


REFUSED = {
    "a row without an id": (json.dumps([{"cu_name": "Fax"}]), "without a usable cu_id"),
    "an id that is empty": (text(cu_id=""), "without a usable cu_id"),
    "an id that is null": (text(cu_id=None), "without a usable cu_id"),
    "an id of zero": (text(cu_id="0"), "without a usable cu_id"),
    "a negative id": (text(cu_id=-1), "without a usable cu_id"),
    "a broken id": (text(cu_id="6.7"), "without a usable cu_id"),
    "an id in exponents": ('[{"cu_id":6e1,"cu_name":"x"}]', "without a usable cu_id"),
    "an id with a zero before it": (text(cu_id="067"), "without a usable cu_id"),
    "an id of other digits": (text(cu_id="٦٧"), "without a usable cu_id"),
    "an id beyond reason": (text(cu_id="9" * 19), "without a usable cu_id"),
    "an id with a line break": (text(cu_id="67\n"), "without a usable cu_id"),
    "an id that is a list": (text(cu_id=[67]), "without a usable cu_id"),
    "an id that is true": (text(cu_id=True), "without a usable cu_id"),
    "an id twice": (json.dumps([WHOLE, WHOLE]), "destination 67 in it twice"),
    "a key that is not the id": (json.dumps({"68": ROW}), "the row of cu_id 67 under another key"),
    "a key that is no id": (json.dumps({"": {"cu_name": "Fax"}}), "without a usable cu_id"),
    "a name twice in an object": ('{"67":{"cu_name":"a"},"67":{"cu_name":"a"}}', "a name given twice in one object"),
    "a name twice in a row": ('[{"cu_id":"67","cu_name":"a","cu_name":"b"}]', "a name given twice in one object"),
    "a row that is a text": (json.dumps({"67": "Duplicate entry"}), "a row that is not an object"),
    "a row that is null": (json.dumps([WHOLE, None]), "a row that is not an object"),
    "a row that is a list": (json.dumps([["67", "Fax"]]), "a row that is not an object"),
    "types": (json.dumps({"1": {"ct_id": "1", "ct_name": "FORWARD"}}), "a row without cu_name"),
    "a type among them": (json.dumps([WHOLE | {"ct_id": "9"}]), "a type among destinations"),
    "a type that looks like one": (text(cu_ct_id="", ct_id="9"), "a type among destinations"),
    "a row without a name": (json.dumps([{"cu_id": "67"}]), "a row without cu_name"),
    "a name that is a list": (text(cu_name=["Fax"]), "a row whose cu_name is not text"),
    "a name that is true": (text(cu_name=True), "a row whose cu_name is not text"),
    "a name that is false": (text(cu_name=False), "a row whose cu_name is not text"),
    "a param that is an object": (text(cu_param7={}), "a row whose cu_param7 is not text"),
    "a type that is a list": (text(cu_ct_id=[]), "a row whose cu_ct_id is not text"),
    "one row where a list belongs": (json.dumps(WHOLE), "a row that is not an object"),
    "rows of several tenants": (
        json.dumps([WHOLE, WHOLE | {"cu_id": "68", "cu_te_id": 5}]),
        "a reply with rows of several tenants (their cu_te_id differs: 4, 5), so some are shared or another's:",
    ),
    "a tenant that is a list": (text(cu_te_id=["4"]), "a row whose cu_te_id is not text"),
    "a number": ("7", "neither a list nor an object"),
    "a text": ('"[]"', "neither a list nor an object"),
    "true": ("true", "neither a list nor an object"),
    "NaN": ('[{"cu_id":"67","cu_name":NaN}]', "NaN, which is not JSON"),
    "Infinity": ('[{"cu_id":"67","cu_name":-Infinity}]', "-Infinity, which is not JSON"),
    "JSON cut short": (json.dumps([WHOLE])[:-30], "broken JSON, or only a part of it"),
    "a lone bracket": ("]", "broken JSON, or only a part of it"),
    "something behind it": (json.dumps([WHOLE]) + "[]", "broken JSON, or only a part of it"),
    "a warning of PHP before it": (f"<br />\n<b>Warning</b>: foreach(){json.dumps([WHOLE])}", "HTML instead of JSON"),
    "a warning of PHP behind it": (json.dumps([WHOLE]) + "<br />", "broken JSON, or only a part of it"),
    "a login page": ("<!DOCTYPE html><title>Log in</title>", "HTML instead of JSON"),
    "SQL": ("update cu_customs set cu_name='x'", "broken JSON, or only a part of it"),
    "a nesting without end": ("[" * 200_000, "broken JSON, or only a part of it"),
    "a nesting with an end": ('{"67":' * 100_000 + "1" + "}" * 100_000, "broken JSON, or only a part of it"),
    "another charset": ('[{"cu_id":"67","cu_name":"Vagt æ"}]'.encode("latin-1"), "not UTF-8"),
    "UTF-16": (json.dumps([WHOLE]).encode("utf-16"), "not UTF-8"),
    "a control character in a text": ('[{"cu_id":"67","cu_name":"a\tb"}]', "broken JSON, or only a part of it"),
}


@pytest.mark.parametrize(("body", "fact"), REFUSED.values(), ids=REFUSED)
def test_it_is_an_error_and_never_a_list(body: str | bytes, fact: str) -> None:
    with stub_pbx(body) as (pbx, server):
        with pytest.raises(Unrecognised) as refused:
            pbx.destinations("DEMO")
        assert len(server.requests) == 1
    assert str(refused.value).startswith("MANAGEDB CUSTOM list of DEMO: a reply ")
    assert fact in str(refused.value)
    assert len(str(refused.value)) < 1500
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        ([1], "a row that is not an object"),
        ([{"ct_id": "1"}], "a row without ct_name"),
        ([{"ct_name": "FORWARD"}], "a row without a usable ct_id"),
        ({"101": {"cu_id": "101", "cu_name": "Boss", "ct_name": "FORWARD"}}, "a destination among types"),
        ({"101": {"ct_id": "101", "cu_name": "Boss", "ct_name": "FORWARD"}}, "a destination among types"),
        ({"101": {"ct_name": "FORWARD"}}, "a row without a usable ct_id"),
        ([{"ct_id": "1", "ct_name": []}], "a row whose ct_name is not text"),
        ([{"ct_id": "1", "ct_name": "a", "ct_description": []}], "a row whose ct_description is not text"),
        ({"2": {"ct_id": "1", "ct_name": "a"}}, "the row of ct_id 1 under another key"),
        ([{"ct_id": "1", "ct_name": "a"}, {"ct_id": "1", "ct_name": "b"}], "type 1 in it twice"),
    ],
)
def test_types_that_are_not_understood_are_an_error(value: object, fact: str) -> None:
    with pytest.raises(ShapeError) as refused:
        types(value)
    assert str(refused.value) == fact


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        ([7], "a row that is not an object"),
        ([{"cu_id": "67", "cu_param1": ""}], "a row without cu_name"),
        ({"cu_id": "67", "cu_name": "Fax", "cu_param2": ""}, "a row without params"),
        ({"cu_id": "68", "cu_name": "Fax", "cu_param1": ""}, "the row of 68 instead of 67"),
        ([WHOLE, WHOLE], "2 rows instead of one"),
        ("67", "neither a list nor an object"),
    ],
)
def test_a_row_that_is_not_understood_is_an_error(value: object, fact: str) -> None:
    with pytest.raises(ShapeError) as refused:
        one_destination(value, "67")
    assert str(refused.value) == fact


def test_a_row_with_some_of_its_params_is_understood() -> None:
    row = one_destination(ROW | {"cu_ct_id": "1", "cu_param1": "one", "cu_param3": None}, "67")
    assert row == Row("67", "Fax", "1", "FORWARD", ("one", *[""] * 19))


@pytest.mark.parametrize(
    ("body", "fact"),
    [
        ("\n <!DOCTYPE html>", "HTML instead of JSON"),
        ('{"67": ', "broken JSON, or only a part of it"),
        ("[] <", "broken JSON, or only a part of it"),
        ('{"67": 1, "67": 1}', "a name given twice in one object"),
    ],
)
def test_a_text_that_is_no_json_is_an_error(body: str, fact: str) -> None:
    with pytest.raises(ShapeError) as refused:
        parse(body)
    assert str(refused.value) == fact


def test_types_are_understood_keyed_or_not_with_or_without_a_description() -> None:
    rows = {
        "1": {"ct_id": "1", "ct_name": "a", "ct_description": None},
        "2": {"ct_id": "2", "ct_name": "b", "ct_description": "<t>c</t> d"},
    }
    assert types(rows) == (Type("1", "a", ""), Type("2", "b", "c d"))
    assert types([{"ct_id": "3", "ct_name": ""}]) == (Type("3", "", ""),)


TYPES = json.dumps({"1": {"ct_id": "1", "ct_name": "FORWARD", "ct_description": ""}})


@pytest.mark.parametrize("nothing", ["", "null", "false", " null\n"])
def test_an_odd_nothing_is_asked_again_and_then_held_against_the_types(nothing: str) -> None:
    with stub_pbx(lambda request: reply(TYPES if b"CUSTOMTYPES" in request else nothing)) as (pbx, server):
        listing = pbx.destinations("DEMO")
        assert (listing.rows, listing.doubtful) == ((), True)
        assert [b"CUSTOMTYPES" in request for request in server.requests] == [False, False, True]


@pytest.mark.parametrize("nothing", ["", "null", "false"])
@pytest.mark.parametrize("types", ["", "null", "false", "[]", "{}"])
def test_it_is_not_believed_where_the_types_are_nothing_too(nothing: str, types: str) -> None:
    answering = stub_pbx(lambda request: reply(types if b"CUSTOMTYPES" in request else nothing))
    with answering as (pbx, _), pytest.raises(Unrecognised, match="an empty reply, twice"):
        pbx.destinations("DEMO")


def test_what_is_there_the_second_time_counts() -> None:
    bodies = iter(["", json.dumps({"67": ROW})])
    with stub_pbx(lambda _: reply(next(bodies))) as (pbx, _):
        assert pbx.destinations("DEMO").rows == (BARE,)
