"""Replies to CUSTOM get, CUSTOMTYPES list, add and update: which are understood, and which never are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from pbxsync.errors import Denied, NotThere, Unrecognised
from pbxsync.model.entry import Type
from pbxsync.pbx.shapes import Row
from tests.pbx.stub import KEY, stub_pbx
from tests.support.rawserver import reply

if TYPE_CHECKING:
    from collections.abc import Callable

PARAMS = {f"cu_param{number}": str(number) for number in range(1, 21)}
WHOLE = {"cu_id": "67", "cu_te_id": "4", "cu_name": "Fax", "cu_ct_id": "1", **PARAMS}
ROW = Row("67", "Fax", "1", None, tuple(PARAMS.values()), "4")

GETS = {
    "the row (field)": WHOLE,
    "an array of the row (guess)": [WHOLE],
    "an object that holds it under its id (guess)": {"67": WHOLE},
    "the id as a number": WHOLE | {"cu_id": 67},
    "the row, keyed by an id that it lacks": {"67": {name: text for name, text in WHOLE.items() if name != "cu_id"}},
}


@pytest.mark.parametrize("value", GETS.values(), ids=GETS)
def test_a_get_is_understood(value: object) -> None:
    with stub_pbx(json.dumps(value)) as (pbx, _):
        assert pbx.destination("DEMO", "67") == ROW


def test_a_get_of_an_older_version_has_its_last_params_empty() -> None:
    old = {name: text for name, text in WHOLE.items() if not (name.startswith("cu_param1") and len(name) > 9)}
    del old["cu_param20"]
    with stub_pbx(json.dumps(old)) as (pbx, _):
        assert pbx.destination("DEMO", "67").params == (*map(str, range(1, 10)), *[""] * 11)


@pytest.mark.parametrize("nothing", ["", "null", "false", " \n"])
def test_an_odd_nothing_is_asked_again_and_then_the_row_is_not_there(nothing: str) -> None:
    with stub_pbx(nothing) as (pbx, server):
        with pytest.raises(NotThere, match="destination 67 of DEMO is not there"):
            pbx.destination("DEMO", "67")
        assert len(server.requests) == 2


@pytest.mark.parametrize("nothing", ["[]", "{}"])
def test_an_explicit_nothing_is_believed_at_once(nothing: str) -> None:
    with stub_pbx(nothing) as (pbx, server):
        with pytest.raises(NotThere):
            pbx.destination("DEMO", "67")
        assert len(server.requests) == 1


NO_GETS = {
    "another row": (WHOLE | {"cu_id": "68"}, "the row of 68 instead of 67"),
    "another row in an array": ([WHOLE | {"cu_id": "68"}], "the row of 68 instead of 67"),
    "another row under the key": ({"67": WHOLE | {"cu_id": "68"}}, "under another key"),
    "two rows": ([WHOLE, WHOLE], "2 rows instead of one"),
    "a row without params": ({"cu_id": "67", "cu_name": "Fax", "cu_ct_id": "1"}, "a row without params"),
    "a row without an id": ({"cu_name": "Fax", **PARAMS}, "without a usable cu_id"),
    "a row without a name": ({"cu_id": "67", **PARAMS}, "a row without cu_name"),
    "a message": ({"error": "no such object"}, "a row that is not an object"),
    "a row in a row": ([[WHOLE]], "a row that is not an object"),
}


@pytest.mark.parametrize(("value", "fact"), NO_GETS.values(), ids=NO_GETS)
def test_a_get_of_any_other_shape_is_an_error(value: object, fact: str) -> None:
    with stub_pbx(json.dumps(value)) as (pbx, _), pytest.raises(Unrecognised, match=fact):
        pbx.destination("DEMO", "67")


FORWARD = {"ct_id": "1", "ct_name": "FORWARD", "ct_description": "Forward call to"}
TYPE = Type("1", "FORWARD", "Forward call to")
TYPE_LISTS = {
    "an object keyed by id (field)": ({"1": FORWARD}, [TYPE]),
    "an array (field)": ([FORWARD], [TYPE]),
    "ids as numbers": ([FORWARD | {"ct_id": 1}], [TYPE]),
    "no description": ([{"ct_id": "1", "ct_name": "FORWARD"}], [Type("1", "FORWARD")]),
    "two of one name": ([FORWARD, FORWARD | {"ct_id": "2"}], [TYPE, Type("2", "FORWARD", "Forward call to")]),
    "none": ([], []),
}


@pytest.mark.parametrize(("value", "types"), TYPE_LISTS.values(), ids=TYPE_LISTS)
def test_a_list_of_types_is_understood(value: object, types: list[Type]) -> None:
    with stub_pbx(json.dumps(value)) as (pbx, _):
        assert list(pbx.custom_types("DEMO")) == types


NO_TYPE_LISTS = {
    "a type twice": ([FORWARD, FORWARD], "type 1 in it twice"),
    "a row without a name": ([{"ct_id": "1"}], "a row without ct_name"),
    "a row without an id": ([{"ct_name": "FORWARD"}], "without a usable ct_id"),
    "a row that is a text": ({"1": "FORWARD"}, "a row that is not an object"),
    "a text": ("FORWARD", "neither a list nor an object"),
}


@pytest.mark.parametrize(("value", "fact"), NO_TYPE_LISTS.values(), ids=NO_TYPE_LISTS)
def test_a_list_of_types_of_any_other_shape_is_an_error(value: object, fact: str) -> None:
    with stub_pbx(json.dumps(value)) as (pbx, _), pytest.raises(Unrecognised, match=fact):
        pbx.custom_types("DEMO")


@pytest.mark.parametrize("nothing", ["", "null", "false"])
def test_types_that_are_an_odd_nothing_are_asked_again_and_are_an_error(nothing: str) -> None:
    with stub_pbx(nothing) as (pbx, server):
        with pytest.raises(Unrecognised, match="an empty reply, twice, which may be an error"):
            pbx.custom_types("DEMO")
        names = [b"object=CUSTOMTYPES" in request for request in server.requests]
        assert names == [True, True, False], "by the server's own name it is asked once"


REFUSED = "Too bad... you mistaken the security api key."


def _by_name(first: str, second: str) -> Callable[[bytes], bytes]:
    return lambda request: reply(first if b"object=CUSTOMTYPES" in request else second)


@pytest.mark.parametrize("first", ["", "null", "[]", "{}", REFUSED])
def test_types_that_the_name_of_the_document_does_not_give_are_asked_by_that_of_the_server(first: str) -> None:
    with stub_pbx(_by_name(first, json.dumps([FORWARD]))) as (pbx, server):
        assert pbx.custom_types("DEMO") == (TYPE,)
        assert sum(b"object=customtype&" in request for request in server.requests) == 1


@pytest.mark.parametrize("second", ["", "[]", REFUSED, "no such object", json.dumps({"1": WHOLE})])
def test_types_that_neither_name_gives_are_what_the_first_one_said(second: str) -> None:
    for first, error in (("[]", None), (REFUSED, Denied), ("", Unrecognised)):
        with stub_pbx(_by_name(first, second)) as (pbx, _):
            if error is None:
                assert pbx.custom_types("DEMO") == ()
            else:
                with pytest.raises(error):
                    pbx.custom_types("DEMO")


def test_types_that_are_not_understood_are_not_asked_by_another_name() -> None:
    with stub_pbx(json.dumps({"101": {"cu_id": "101", "cu_name": "Boss", "ct_name": "FORWARD"}})) as (pbx, server):
        with pytest.raises(Unrecognised, match="a destination among types"):
            pbx.custom_types("DEMO")
        assert len(server.requests) == 1


ADDED = {
    "the id (field, on DID)": ('{"cu_id": "287"}', "287"),
    "the id as a number": ('{"cu_id": 287}', "287"),
    "the whole row (guess)": (json.dumps(WHOLE), "67"),
    "an array of it": (json.dumps([WHOLE]), "67"),
    "SQL (guess)": ("insert into cu_customs set cu_name='x'", None),
    "nothing (guess)": ("", None),
    "null": ("null", None),
    "an id of zero": ('{"cu_id": "0"}', None),
    "an id that is none": ('{"cu_id": "x"}', None),
    "two rows": (json.dumps([WHOLE, WHOLE]), None),
    "an id alone": ("287", None),
    "an error of PHP": ("<br />\n<b>Fatal error</b>", None),
    "a lone bracket": ("]", None),
    "a message": ('{"error": "no"}', None),
    "another charset": ("insert into x='æ'".encode("latin-1"), None),
}


@pytest.mark.parametrize(("body", "identity"), ADDED.values(), ids=ADDED)
def test_the_new_id_is_what_an_add_tells_or_is_left_to_be_found_out(body: str | bytes, identity: str | None) -> None:
    with stub_pbx(body) as (pbx, _):
        assert pbx.add("DEMO", {"cu_name": "x", "cu_ct_id": "1"}) == identity


@pytest.mark.parametrize("body", ["update cu_customs set x where y", "", '{"cu_id": "67"}', "null", "<html>"])
def test_what_an_update_answers_says_nothing(body: str) -> None:
    with stub_pbx(body) as (pbx, _):
        pbx.update("DEMO", "67", {"cu_name": "x"})


def test_a_read_is_a_get_past_the_cache_with_the_key_at_its_end() -> None:
    with stub_pbx("[]") as (pbx, server):
        pbx.destinations("DEMO & SØN")
    line, *headers = server.requests[0].decode("ascii").split("\r\n")
    method, target, version = line.split(" ")
    assert (method, version) == ("GET", "HTTP/1.1")
    assert target.endswith(f"&key={KEY}")
    assert parse_qs(urlsplit(target).query) == {
        "reqtype": ["MANAGEDB"],
        "object": ["CUSTOM"],
        "tenant": ["DEMO & SØN"],
        "action": ["list"],
        "cache": ["no"],
        "key": [KEY],
    }
    assert not any(header.lower().startswith(("authorization", "cookie")) for header in headers)


def test_a_write_is_a_post_of_one_form_field_that_is_json_as_the_document_has_it() -> None:
    with stub_pbx('{"cu_id": "287"}') as (pbx, server):
        pbx.add("DEMO", {"cu_name": "Æ & \"ø\" = 100 % + 'x' \\ \n", "cu_ct_id": "1", "cu_param1": "007"})
        pbx.update("DEMO", "286", {"cu_param1": "0636287454"})
    (add, added), (update, updated) = (request.split(b"\r\n\r\n") for request in server.requests)
    assert add.startswith(b"POST /pbx/proxyapi.php?reqtype=MANAGEDB&object=CUSTOM&tenant=DEMO&action=add&key=")
    assert b"application/x-www-form-urlencoded" in add
    sent = json.loads(parse_qs(added.decode(), strict_parsing=True)["jsondata"][0])
    assert sent == {"cu_name": "Æ & \"ø\" = 100 % + 'x' \\ \n", "cu_ct_id": 1, "cu_param1": "007"}
    assert b"&action=update&objectid=286&key=" in update
    assert json.loads(parse_qs(updated.decode())["jsondata"][0]) == {"cu_id": 286, "cu_param1": "0636287454"}


@pytest.mark.parametrize("key", ["k+/=&%#æø?", "æøå", "%41%42CDEF", "a b".replace(" ", "+")])
def test_a_key_arrives_to_the_letter(key: str) -> None:
    from pbxsync.http.transport import ReadTransport, Settings  # noqa: PLC0415 - as above
    from pbxsync.model.entry import Secret  # noqa: PLC0415 - this test alone
    from pbxsync.pbx.managedb import PbxReader  # noqa: PLC0415 - as above
    from tests.support.rawserver import RawServer  # noqa: PLC0415 - as above

    with RawServer(lambda _: reply("[]")) as server, ReadTransport(Settings(server.url)) as transport:
        pbx = PbxReader(transport, lambda _: Secret(key))
        pbx.destinations("DEMO")
        pbx.destinations("DEMO")  # over the same connection
    for request in server.requests:
        assert parse_qs(urlsplit(request.decode("ascii").split(" ")[1]).query)["key"] == [key]
