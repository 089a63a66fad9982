"""Any JSON from a server is understood whole or refused: it never crashes, and no row is ever lost."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.pbx import shapes

COLUMNS = st.sampled_from(
    [
        "cu_id",
        "cu_name",
        "cu_ct_id",
        "ct_id",
        "ct_name",
        "ct_description",
        "cu_param1",
        "cu_param20",
        "0",
        "67",
        "",
        "x",
    ]
)
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(["67", "1", "0"])
)
ANY = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(COLUMNS, inner, max_size=6), max_leaves=20
)
ROW = st.fixed_dictionaries(
    {"cu_id": st.integers(1, 9).map(str), "cu_name": st.text(max_size=3)},
    optional={f"cu_param{number}": st.none() | st.text(max_size=2) for number in range(1, 21)},
)
LISTS = st.lists(ROW | ANY, max_size=5) | st.dictionaries(st.integers(1, 9).map(str) | COLUMNS, ROW | ANY, max_size=5)


@settings(max_examples=500, deadline=None)
@given(ANY | LISTS)
def test_a_list_has_as_many_rows_as_the_json_or_is_refused(value: Any) -> None:
    with suppress(shapes.ShapeError):
        found = shapes.destinations(shapes.parse(json.dumps(value)))
        assert len(found) == len(value)
        assert len({row.id for row in found}) == len(found)


@settings(max_examples=300, deadline=None)
@given(ANY | LISTS | ROW)
def test_a_get_is_the_row_that_was_asked_for_with_all_params_or_refused_or_nothing(value: Any) -> None:
    with suppress(shapes.ShapeError):
        row = shapes.one_destination(shapes.parse(json.dumps(value)), "7")
        if row is None:
            assert value in ([], {})
        else:
            assert row.id == "7"
            assert row.params is not None
            assert len(row.params) == 20


@settings(max_examples=300, deadline=None)
@given(ANY | LISTS)
def test_types_are_as_many_as_the_json_has_or_refused(value: Any) -> None:
    with suppress(shapes.ShapeError):
        assert len(shapes.types(shapes.parse(json.dumps(value)))) == len(value)


@settings(max_examples=300, deadline=None)
@given(ANY)
def test_the_new_id_of_an_add_is_a_number_or_is_not_told(value: Any) -> None:
    with suppress(shapes.ShapeError):
        found = shapes.new_id(shapes.parse(json.dumps(value)))
        assert found is None or int(found) > 0


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=40) | st.text(st.sampled_from('[]{}":,0123456789.eE+-\\u tfn'), max_size=60))
def test_any_text_is_json_to_the_letter_or_refused(text: str) -> None:
    try:
        found = shapes.parse(text)
    except shapes.ShapeError:
        return
    assert json.loads(text, parse_int=str, parse_float=str) == found


@settings(max_examples=200, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=4, unique_by=lambda row: row["cu_id"]), st.data())
def test_a_list_that_is_cut_anywhere_is_refused(value: list[dict[str, Any]], data: st.DataObject) -> None:
    whole = json.dumps({row["cu_id"]: row for row in value})
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(shapes.ShapeError):
        shapes.destinations(shapes.parse(whole[:cut]))
