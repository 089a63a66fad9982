"""^C, SIGTERM and SIGHUP: nothing new starts, writes in flight are finished and read back; a second one ends at once."""

from __future__ import annotations

import signal
import subprocess
import time
from typing import TYPE_CHECKING

import pexpect
import pytest

from pbxsync.journal.read import read_journal
from tests.support.command import COMMAND
from tests.support.records import lines
from tests.support.workspace import QUICK, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TENANTS = ("A", "B")
EACH = 4


@pytest.fixture
def crowd(workspace: Workspace) -> Workspace:
    """Two tenants with four destinations each, all of which are to change."""
    for tenant in TENANTS:
        names = [f"Desk {number}" for number in range(EACH)]
        for name in names:
            workspace.pbx.put(tenant, cu_name=name, cu_param1="old")
        workspace.tenant(tenant, *({"name": name, "params": ["new"]} for name in names))
    return workspace


@pytest.fixture
def start(crowd: Workspace) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command in a process of its own, in the folder of the crowd."""
    begun: list[subprocess.Popen[str]] = []

    def started(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [COMMAND, *words],
            cwd=crowd.folder,
            env=crowd.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        begun.append(process)
        return process

    yield started
    for process in begun:
        process.kill()
        process.communicate()


def until(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that happens elsewhere."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_writes_in_flight_are_finished_and_nothing_new_is_sent(
    crowd: Workspace, start: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    slow = crowd.pbx.faults.add("latency=1s method=POST")
    process = start("apply", "--auto-approve", "--parallel", "2")
    until(lambda: slow.fired == 2)
    process.send_signal(number)
    out, err = process.communicate()
    assert process.returncode == 130, out + err
    assert "finishing the writes in flight" in err
    assert len(crowd.sent) == len(crowd.commits) == 2
    assert "Apply interrupted: 0 added, 2 changed, 6 not sent." in out
    assert "6 changes of the plan left" in out
    told = [line["status"] for line in lines(crowd.journals[0]) if line["kind"] == "after"]
    assert told == ["done", "done"]
    crowd.pbx.faults.clear()
    assert crowd.apply().status == 0
    assert crowd.run("plan", "--detailed-exitcode").status == 0


def test_a_second_one_ends_at_once_with_the_journal_intact(
    crowd: Workspace, start: Callable[..., subprocess.Popen[str]]
) -> None:
    slow = crowd.pbx.faults.add("latency=20s method=POST")
    process = start("apply", "--auto-approve", "--parallel", "2")
    until(lambda: slow.fired == 2)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert process.stderr.readline() == "\n"
    assert "once more to end at once" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    process.wait()
    assert time.monotonic() - begun < 2
    assert process.returncode == 130
    writes = read_journal(crowd.journals[0]).writes
    assert [write.after for write in writes] == [None, None]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_after_the_first_line_before_a_write_it_ends_as_after_ctrl_c(
    crowd: Workspace, start: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    process = start("apply", "--auto-approve", "--parallel", "1")
    until(lambda: bool(crowd.journals) and '"kind": "before"' in crowd.journals[0].read_text())
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Apply interrupted: 0 added, " in out
    ends = [write.after for write in read_journal(crowd.journals[0]).writes]
    assert sum(end is not None and end.status.good for end in ends) == len(crowd.commits)
    assert all(end is not None and (end.status.good or end.untouched) for end in ends), (
        "the signal may precede the write"
    )


def test_a_hangup_does_not_stop_an_apply_under_nohup(crowd: Workspace) -> None:
    slow = crowd.pbx.faults.add("latency=1s method=POST n=1")
    words = ["nohup", str(COMMAND), "apply", "--auto-approve"]
    process = subprocess.Popen(
        words, cwd=crowd.folder, env=crowd.environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=-1
    )
    until(lambda: slow.fired == 1)
    process.send_signal(signal.SIGHUP)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, len(crowd.commits)) == (0, 2 * EACH)
    assert b"Apply complete" in out


def test_a_write_that_waits_for_its_repetition_is_not_repeated(
    crowd: Workspace, start: Callable[..., subprocess.Popen[str]]
) -> None:
    busy = crowd.pbx.faults.add("status-429 retry-after=60 method=POST")
    process = start("apply", "--auto-approve", "--parallel", "2")
    until(lambda: busy.fired > 0)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 130, err
    assert "could not read back whether anything was written" in out
    assert len(crowd.sent) <= 2
    told = [line for line in lines(crowd.journals[0]) if line["kind"] == "after"]
    # What was sent and refused may have come through all the same; what still waited for its turn has not.
    assert {(line["status"], line["untouched"]) for line in told} <= {("failed", False), ("failed", True)}
    assert all(line["untouched"] is ("before it was sent" in line["message"]) for line in told)
    assert len(told) <= 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("words", [("plan",), ("apply", "--auto-approve")])
def test_before_the_first_write_it_ends_at_once(
    crowd: Workspace, start: Callable[..., subprocess.Popen[str]], words: tuple[str, ...], number: signal.Signals
) -> None:
    slow = crowd.pbx.faults.add("latency=30s")
    process = start(*words)
    until(lambda: slow.fired > 0)
    process.send_signal(number)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert err.strip() == "error: interrupted"
    assert not crowd.sent


def test_at_the_prompt_it_writes_nothing(crowd: Workspace) -> None:
    env = {**crowd.environ, "TERM": "dumb"}
    child = pexpect.spawn(str(COMMAND), ["apply", *QUICK], cwd=str(crowd.folder), env=env, encoding="utf-8", timeout=20)
    child.expect("Only 'yes' is accepted")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert not crowd.sent
