"""What differs, and nothing else: a destination does not differ from itself, and after its changes from nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.kinds.custom_destination import FIELDS
from pbxsync.kinds.custom_destination import fields_of as values
from pbxsync.model.entry import Type
from pbxsync.model.plan import Destination
from pbxsync.planning.diff import changed_fields, filled

TEXTS = st.sampled_from(
    ["", " ", "a", "A", "a\n", "0", "00", "045", "1e5", "1", "1.0", "null", "é", "e\u0301", "\ud800"]
)
TYPES = st.sampled_from([Type("1", "FORWARD"), Type("2", "FORWARD"), Type("1", "RENAMED"), Type("3", None)])


def params(values: st.SearchStrategy[str | None]) -> st.SearchStrategy[tuple[str | None, ...]]:
    return st.lists(values, min_size=20, max_size=20).map(tuple)


LIVE = st.builds(Destination, st.just("67"), TEXTS, st.none() | TYPES, params(TEXTS))
DESIRED = st.builds(Destination, st.none(), st.none() | TEXTS, st.none() | TYPES, params(st.none() | TEXTS))


@settings(deadline=None)
@given(LIVE)
def test_a_destination_does_not_differ_from_itself(live: Destination) -> None:
    assert changed_fields(live, live) == ()


@settings(deadline=None)
@given(LIVE)
def test_what_is_left_alone_does_not_differ(live: Destination) -> None:
    assert changed_fields(live, Destination(None, None, None, (None,) * 20)) == ()


@settings(max_examples=300, deadline=None)
@given(LIVE, DESIRED)
def test_what_differs_is_what_is_given_and_is_not_so(live: Destination, desired: Destination) -> None:
    is_live, is_desired = values(live), values(desired)
    naive = tuple(name for name in FIELDS if is_desired[name] is not None and is_desired[name] != is_live[name])
    assert changed_fields(live, desired) == naive


@settings(max_examples=300, deadline=None)
@given(LIVE, DESIRED)
def test_after_its_changes_nothing_differs(live: Destination, desired: Destination) -> None:
    after = dict(values(live)) | {name: values(desired)[name] for name in changed_fields(live, desired)}
    changed = filled(desired, live)
    assert values(changed) == after
    assert changed_fields(changed, desired) == ()


def test_the_fields_are_those_of_the_destination_and_what_is_filled_is_the_live_one() -> None:
    live = Destination("67", "Boss", Type("1", "FORWARD"), tuple(map(str, range(1, 21))))
    assert dict(values(live)) == {"name": "Boss", "type": "1"} | {f"param{n}": str(n) for n in range(1, 21)}
    desired = Destination(None, "Chief", Type("2", "FORWARD"), ("one", *(None,) * 19))
    assert filled(desired, live) == Destination("67", "Chief", Type("2", "FORWARD"), ("one", *live.params[1:]))
    assert changed_fields(live, desired) == ("name", "type", "param1")


def test_a_row_of_another_number_of_params_is_an_error_and_is_not_cut() -> None:
    live, short = (Destination("67", "Boss", None, ("1",) * count) for count in (20, 19))
    for wrong in (lambda: values(short), lambda: filled(short, live), lambda: changed_fields(live, short)):
        with pytest.raises(ValueError, match="zip"):
            wrong()


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("others", ["as they are", "left alone"])
def test_one_field_alone_that_differs_is_told(field: str, others: str) -> None:
    live = Destination("67", "Boss", Type("1", "FORWARD"), tuple(map(str, range(20))))
    desired = live if others == "as they are" else Destination(None, None, None, (None,) * 20)
    if field == "name":
        desired = desired._replace(name="Chief")
    elif field == "type":
        desired = desired._replace(type=Type("2", "CALLBACK"))
    else:
        at = int(field.removeprefix("param")) - 1
        desired = desired._replace(params=(*desired.params[:at], "new", *desired.params[at + 1 :]))
    assert changed_fields(live, desired) == (field,)
