"""What stops a run stops all of it, with one reason that everybody is told."""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pbxsync.apply.circuit_breaker import CircuitBreaker
from tests.apply.intercept import intercepted
from tests.support.records import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.command import Ran
    from tests.support.workspace import Workspace

GONE = "the PBX gave no usable answer to the last 5 writes"


def heard(*answers: bool) -> str | None:
    breaker = CircuitBreaker()
    for answered in answers:
        breaker.heard(answered=answered)
    return breaker.why()


def test_five_writes_in_a_row_without_an_answer_stop_the_run_and_four_do_not() -> None:
    assert heard(*[False] * 4) is None
    assert heard(*[False] * 5) == GONE


def test_an_answer_between_begins_the_count_again() -> None:
    assert heard(*[False] * 4, True, *[False] * 4) is None
    assert heard(*[False] * 4, True, *[False] * 5) == GONE


def test_the_first_reason_stays_but_for_an_interrupt() -> None:
    breaker = CircuitBreaker()
    breaker.stop("a full disk")
    breaker.stop("something else")
    assert breaker.why() == "a full disk"
    breaker.interrupted.set()
    assert breaker.why() == "the run was interrupted"


def test_after_a_wait_it_goes_on_only_where_nothing_has_stopped_it() -> None:
    breaker = CircuitBreaker()
    assert breaker.wait(0.0)
    breaker.stop("a full disk")
    assert not breaker.wait(0.0)
    breaker = CircuitBreaker()
    breaker.interrupted.set()
    assert not breaker.wait(5.0)


@pytest.fixture
def three(workspace: Workspace) -> Workspace:
    """One tenant with three destinations, all of which are to change."""
    names = [f"Desk {number}" for number in range(3)]
    for name in names:
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="old")
    workspace.tenant("DEMO", *({"name": name, "params": ["new"]} for name in names))
    return workspace


@pytest.fixture
def interrupt(three: Workspace) -> Callable[[], None]:
    """Interrupts this process, and returns once it has noticed."""

    def interrupted() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        end = time.monotonic() + 20
        while "finishing the writes in flight" not in three.err_so_far():
            assert time.monotonic() < end
            time.sleep(0.005)

    return interrupted


def test_an_interrupt_lets_the_write_in_flight_end_and_the_others_are_told_why_not(
    three: Workspace, interrupt: Callable[[], None]
) -> None:
    def look(action: str, _: str) -> None:
        if action == "update":
            interrupt()

    with intercepted(three, look):
        ran = three.apply()
    assert ran.status == 130
    assert len(three.commits) == 1
    assert "Apply interrupted: 0 added, 1 changed, 2 not sent." in ran.out
    assert ran.out.count("    the run was interrupted\n") == 2


def test_an_interrupt_ends_the_wait_for_a_busy_pbx_and_nothing_is_sent_again(
    three: Workspace, interrupt: Callable[[], None]
) -> None:
    busy = three.pbx.faults.add("status-429 retry-after=30 action=update")

    def wait() -> None:
        while not busy.fired:
            time.sleep(0.005)
        time.sleep(0.2)  # the reply is on its way, and nothing tells from outside when the wait has begun
        interrupt()

    other = threading.Thread(target=wait)
    other.start()
    begun = time.monotonic()
    ran = three.apply()
    other.join()
    assert time.monotonic() - begun < 20
    assert (ran.status, len(three.sent)) == (130, 1)
    [told] = [line for line in lines(three.journals[0]) if line["kind"] == "after"]
    assert (told["status"], told["untouched"]) == ("failed", False), "it may have come through all the same"
    assert "could not read back whether anything was written" in ran.out


#: A line of an older run, so long that a limit on the journal is none on the files of the emulator.
OLD_RUN = '{"kind": "run", "journal": "1.0", "about": "' + "x" * 8_000_000 + '"}\n'
FULL = "the journal all.jsonl cannot be written (file too large): no further write is sent"


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    bounds = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, bounds[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bounds)


def apply_with_room_for(workspace: Workspace, count: int) -> Ran:
    """Apply with room in the journal for so many lines; what they take, an apply shows that changes nothing on the PBX."""
    journal = workspace.write("all.jsonl", OLD_RUN)
    lie = workspace.pbx.faults.add("lie method=POST")
    workspace.apply("--append", "--journal", journal.name)
    workspace.pbx.faults.remove(lie)
    room = sum(map(len, journal.read_bytes().splitlines(keepends=True)[: count + 1]))
    journal.write_text(OLD_RUN)
    workspace.pbx.clear_log()
    with no_file_above(room + 10):
        return workspace.apply("--append", "--journal", journal.name)


def test_a_journal_that_is_full_stops_the_run_and_is_why_the_others_are_not_sent(three: Workspace) -> None:
    ran = apply_with_room_for(three, 3)
    assert ran.status == 1
    assert len(three.sent) == 1
    assert "Apply failed: 0 added, 1 changed, 2 not sent.\n" in ran.out
    assert f"Stopped: {FULL}\n" in ran.out
    assert ran.out.count(f"    {FULL}\n") == 2


def test_what_became_of_a_write_is_told_although_the_journal_could_not_be_told(three: Workspace) -> None:
    three.tenant("DEMO", {"name": "Desk 0", "params": ["new"]})
    assert f'changed: DEMO "Desk 0" (id 1)  tenants/DEMO.yaml:3\n    {FULL}\n' in apply_with_room_for(three, 2).out
    three.pbx.faults.add("lie action=update")
    three.tenant("DEMO", {"name": "Desk 1", "params": ["new"]})
    ran = apply_with_room_for(three, 2)
    assert f"    the PBX accepted the write but did not store it\n    {FULL}\n" in ran.out
    assert f"Stopped: {FULL}\n" in ran.out
