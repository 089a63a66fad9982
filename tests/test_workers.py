"""A pool of threads: each piece is done once, results are in order, an error is raised to the caller."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.workers import WorkerPool


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.lists(st.lists(st.integers(), max_size=9), max_size=9))
def test_nested_work_is_done_once_and_in_order_with_any_number_of_workers(size: int, work: list[list[int]]) -> None:
    done: list[int] = []

    def piece(number: int) -> int:
        done.append(number)
        return -number

    with WorkerPool(size) as workers:
        assert workers.map(lambda inner: workers.map_nested(piece, inner), work) == [
            [-number for number in inner] for inner in work
        ]
    assert sorted(done) == sorted(number for inner in work for number in inner)


@pytest.mark.parametrize("size", [1, 4])
def test_an_error_is_raised_to_the_caller_and_ends_the_work(size: int) -> None:
    done = []

    def piece(number: int) -> None:
        if number == 3:
            raise KeyError(number)
        done.append(number)

    with WorkerPool(size) as workers:
        with pytest.raises(KeyError, match="3"):
            workers.map(piece, range(1000))
        assert len(done) < 1000
        assert workers.map(str, [1, 2]) == ["1", "2"]  # and it goes on


def test_an_error_in_nested_work_that_is_caught_ends_only_that_piece() -> None:
    def outer(number: int) -> str:
        try:
            return str(workers.map_nested(lambda divisor: 1 // divisor, [1, number, 2]))
        except ZeroDivisionError:
            return "caught"

    with WorkerPool(4) as workers:
        assert workers.map(outer, [0, 1]) == ["caught", "[1, 1, 0]"]


def test_no_more_work_runs_at_a_time_than_there_are_workers() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def piece(_: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        threading.Event().wait(0.001)
        with lock:
            now -= 1

    with WorkerPool(3) as workers:
        workers.map(lambda _: workers.map_nested(piece, range(10)), range(10))
    assert 1 < most <= 3


def test_the_caller_is_called_back_while_it_waits() -> None:
    ticks = []
    with WorkerPool(1) as workers:
        workers.map(lambda _: threading.Event().wait(0.35), [1], lambda: ticks.append(1))
    assert ticks


def test_no_work_gives_no_results() -> None:
    with WorkerPool(2) as workers:
        assert workers.map(str, []) == []
        assert workers.map_nested(str, []) == []
