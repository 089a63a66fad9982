"""Which row an add has made, where its answer was lost: exactly one new row of that name with those fields, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.apply.settle import settle
from pbxsync.model.plan import Destination
from pbxsync.pbx.shapes import Row

if TYPE_CHECKING:
    from collections.abc import Callable

OLD = Row("1", "Old", None, None, None)


def row(identity: str, name: str) -> Row:
    return Row(identity, name, None, None, None)


def fetch(row: Row) -> Destination:
    return Destination(row.id, row.name, None, ("",) * 20)


def fits(*identities: str) -> Callable[[Destination], bool]:
    return lambda found: found.id in identities


def test_the_one_new_row_of_that_name_whose_fields_fit_is_ours() -> None:
    end = settle("New", frozenset("1"), [OLD, row("2", "New")], fetch, fits("2"))
    assert (end.ours and end.ours.id, end.near, end.problem) == ("2", None, "")


def test_a_row_of_that_name_that_was_there_before_is_not_ours() -> None:
    end = settle("New", frozenset("12"), [OLD, row("2", "New")], fetch, fits("2"))
    assert (end.ours, end.near, end.problem) == (None, None, "")


def test_the_one_new_row_of_that_name_whose_fields_do_not_fit_is_near_and_not_ours() -> None:
    end = settle("New", frozenset("1"), [OLD, row("2", "New")], fetch, fits())
    assert (end.ours, end.near and end.near.id, end.problem) == (None, "2", "")


def test_two_new_rows_of_that_name_are_never_a_pick() -> None:
    end = settle("New", frozenset("1"), [OLD, row("2", "New"), row("3", "New")], fetch, fits("2", "3"))
    assert (end.ours, end.near) == (None, None)
    assert end.problem == "2 new destinations have this name (ids 2, 3): remove all but one"


def test_a_new_row_that_fits_under_another_name_is_named_to_be_pinned() -> None:
    end = settle("New name", frozenset("1"), [OLD, row("2", "New na")], fetch, fits("2"))
    assert end.ours is None
    assert end.near
    assert end.near.id == "2"
    assert end.problem == (
        'it was stored under another name, "New na", as 2: pin it with `id: 2` and give it a name that the PBX keeps'
    )


def test_a_new_row_that_fits_and_has_no_name_is_shown_with_an_empty_one() -> None:
    end = settle("New", frozenset(), [row("2", "")], fetch, fits("2"))
    assert end.problem.startswith('it was stored under another name, "", as 2')


def test_two_new_rows_that_fit_under_other_names_are_named_and_none_is_ours() -> None:
    end = settle("New", frozenset("1"), [OLD, row("2", "Ne"), row("3", "N")], fetch, fits("2", "3"))
    assert (end.ours, end.near) == (None, None)
    assert end.problem == (
        "its name is not in the tenant's list, but new destinations with the same fields are (ids 2, 3): check them before"
        " you go on"
    )


@pytest.mark.parametrize("rows", [[], [OLD], [OLD, row("2", "Somebody's")]])
def test_where_nothing_new_fits_there_is_nothing(rows: list[Row]) -> None:
    end = settle("New", frozenset("1"), rows, fetch, fits())
    assert (end.ours, end.near, end.problem) == (None, None, "")


def test_what_is_new_and_fits_in_nothing_is_told() -> None:
    rows = [OLD, row("2", "Somebody's"), row("3", "")]
    assert settle("New", frozenset("1"), rows, fetch, fits()).others == tuple(rows[1:])


def test_only_what_is_new_is_looked_at_closely() -> None:
    looked = []

    def look(row: Row) -> Destination:
        looked.append(row.id)
        return fetch(row)

    settle("New", frozenset("1"), [OLD, row("2", "New")], look, fits("2"))
    assert looked == ["2"]
