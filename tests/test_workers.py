"""Threads that share work: each piece is done once, results are in order, an error comes out where the work was given."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.workers import Crew


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.lists(st.lists(st.integers(), max_size=9), max_size=9))
def test_nested_work_is_done_once_and_in_order_whatever_the_size_of_the_crew(size: int, work: list[list[int]]) -> None:
    done: list[int] = []

    def piece(number: int) -> int:
        done.append(number)
        return -number

    with Crew(size) as crew:
        assert crew.all(lambda inner: crew.each(piece, inner), work) == [[-number for number in each] for each in work]
    assert sorted(done) == sorted(number for each in work for number in each)


@pytest.mark.parametrize("size", [1, 4])
def test_an_error_comes_out_where_the_work_was_given_and_ends_it(size: int) -> None:
    done = []

    def piece(number: int) -> None:
        if number == 3:
            raise KeyError(number)
        done.append(number)

    with Crew(size) as crew:
        with pytest.raises(KeyError, match="3"):
            crew.all(piece, range(1000))
        assert len(done) < 1000
        assert crew.all(str, [1, 2]) == ["1", "2"]  # and it goes on


def test_an_error_within_nested_work_ends_that_piece_alone_where_it_is_caught() -> None:
    def outer(number: int) -> str:
        try:
            return str(crew.each(lambda each: 1 // each, [1, number, 2]))
        except ZeroDivisionError:
            return "caught"

    with Crew(4) as crew:
        assert crew.all(outer, [0, 1]) == ["caught", "[1, 1, 0]"]


def test_no_more_work_at_a_time_than_there_are_members() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def piece(_: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        threading.Event().wait(0.001)
        with lock:
            now -= 1

    with Crew(3) as crew:
        crew.all(lambda _: crew.each(piece, range(10)), range(10))
    assert 1 < most <= 3


def test_the_owner_may_look_in_between() -> None:
    ticks = []
    with Crew(1) as crew:
        crew.all(lambda _: threading.Event().wait(0.35), [1], lambda: ticks.append(1))
    assert ticks


def test_no_work_is_no_work() -> None:
    with Crew(2) as crew:
        assert crew.all(str, []) == []
        assert crew.each(str, []) == []
