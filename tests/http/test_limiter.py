"""The limiter starts low, cuts at once when the PBX has too much to do, and grows back slowly."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from pbxsync.http.limiter import ConcurrencyLimiter, Withdrawn
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from tests.support.workspace import Workspace


@pytest.mark.parametrize("parallel", ["8", "32"])
def test_of_3000_gets_under_2_percent_are_refused_by_a_pbx_that_takes_5_at_a_time(
    workdir: Workspace, parallel: str
) -> None:
    with workdir.emulator(max_in_flight=5) as pbx:
        for tenant in (f"T{number}" for number in range(10)):
            for place in range(300):
                pbx.put(tenant, cu_name=f"D{place}", cu_param1="100", cu_param2="INCOMINGDID", cu_param3="30")
            workdir.tenant(tenant, *(forward(f"D{place}") for place in range(300)))
        ran = workdir.run("-v", "plan", "--detailed-exitcode", "--parallel", parallel)
        assert (ran.status, ran.last) == (0, "3,000 unchanged, 0 unmanaged (live, in no file: left alone).")
        refused = sum(request.status == 429 for request in pbx.log)
    assert refused < 0.02 * 3000
    assert f"{refused} refused" in ran.err
    assert "at a time" in ran.err


def calm(limiter: ConcurrencyLimiter, times: int, seconds: float = 0.0) -> None:
    """So many answers without trouble, one after the other."""
    for _ in range(times):
        limiter.leave(limiter.enter() - seconds)


def crowd(limiter: ConcurrencyLimiter) -> list[float]:
    """As many requests in flight as there may be."""
    return [limiter.enter() for _ in range(limiter.limit)]


def test_it_starts_low_and_rises_to_what_it_was_told_and_no_further() -> None:
    limiter = ConcurrencyLimiter(8)
    assert limiter.limit == 2
    calm(limiter, 3)
    assert 2 < limiter.limit < 8
    calm(limiter, 100)
    assert limiter.limit == 8


def test_one_that_may_do_one_at_a_time_does_so() -> None:
    limiter = ConcurrencyLimiter(1)
    calm(limiter, 100)
    assert limiter.limit == 1


def test_trouble_halves_it_once_for_all_that_were_in_flight() -> None:
    limiter = ConcurrencyLimiter(8)
    calm(limiter, 100)
    entered = crowd(limiter)
    for each in entered:
        limiter.leave(each, trouble=True)
    assert limiter.limit == 4


def test_it_feels_its_way_back_to_just_under_what_failed_and_beyond_after_a_long_while() -> None:
    limiter = ConcurrencyLimiter(8)
    calm(limiter, 100)
    for each in crowd(limiter)[:6]:
        limiter.leave(each, trouble=True)
    calm(limiter, 100)
    assert limiter.limit == 7
    calm(limiter, 1000)
    assert limiter.limit == 8


def test_it_goes_down_to_one_and_never_to_none() -> None:
    limiter = ConcurrencyLimiter(8)
    for _ in range(20):
        limiter.leave(limiter.enter(), trouble=True)
    assert limiter.limit == 1
    calm(limiter, 1)


def test_latency_that_grows_keeps_it_low() -> None:
    flat, growing = ConcurrencyLimiter(64), ConcurrencyLimiter(64)
    calm(flat, 50, 0.1)
    calm(growing, 3, 0.1)
    calm(growing, 47, 3.0)
    assert flat.limit > 4 * growing.limit


def test_a_pause_that_the_pbx_asks_for_is_kept_by_all() -> None:
    limiter = ConcurrencyLimiter(8)
    limiter.leave(limiter.enter(), trouble=True, retry_after=0.3)
    begun = time.monotonic()
    limiter.enter()
    assert 0.25 < time.monotonic() - begun < 5


def test_who_waits_may_withdraw() -> None:
    limiter = ConcurrencyLimiter(1)
    limiter.enter()
    ended = threading.Event()
    threading.Timer(0.2, ended.set).start()
    with pytest.raises(Withdrawn):
        limiter.enter(ended.is_set)


def test_retry_after_of_a_429_is_honoured(workdir: Workspace) -> None:
    with workdir.emulator(faults=["status-429 retry-after=1 times=1"]) as pbx:
        workdir.tenant("DEMO")
        assert workdir.run("plan").status == 0
        first, second, *_ = pbx.log
    assert second.started - first.finished >= 0.9


def test_a_pbx_that_wants_to_be_left_alone_for_an_hour_is_left_alone_and_the_run_ends(workdir: Workspace) -> None:
    with workdir.emulator(faults=["status-429 retry-after=3600 action=LIST n=10.."]) as pbx:
        for number in range(40):
            workdir.tenant(f"T{number}")
        begun = time.monotonic()
        ran = workdir.run("plan")
        assert time.monotonic() - begun < 20
        assert ran.status == 1
        assert "the PBX asked for a pause, which lasts another 3,600 seconds" in ran.out
        assert len(pbx.log) < 30


def test_a_write_that_is_put_off_for_an_hour_is_not_waited_for(workdir: Workspace) -> None:
    with workdir.emulator(faults=["status-429 retry-after=3600 method=POST"]) as pbx:
        workdir.tenant("DEMO", forward("x"), forward("y"))
        begun = time.monotonic()
        ran = workdir.run("apply", "--auto-approve")
        assert time.monotonic() - begun < 20
        assert ran.status == 1
        assert sum(request.method == "POST" for request in pbx.log) == 1
