"""One apply at a time in a project folder."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import TYPE_CHECKING

import pytest

from pbxsync.apply.lock import locked
from tests.apply.test_interrupts import until
from tests.support.command import COMMAND
from tests.support.workspace import QUICK, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def other(stage: Workspace) -> Iterator[subprocess.Popen[bytes]]:
    """An apply in a process of its own, which is in the middle of a write."""
    stage.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    slow = stage.pbx.faults.add("latency=30s action=add times=1")
    words = [str(COMMAND), "apply", "--auto-approve", *QUICK]
    process = subprocess.Popen(words, cwd=stage.folder, env=stage.environ, stdin=subprocess.DEVNULL)
    try:
        until(lambda: slow.fired == 1)
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_second_apply_is_refused_and_told_by_whom(stage: Workspace, other: subprocess.Popen[bytes]) -> None:
    stage.pbx.clear_log()
    for words in (("apply", "--auto-approve"), ("revert", "--auto-approve", stage.journals[0])):
        ran = stage.run(*words)
        assert ran.status == 1
        assert f"another apply is running in this project folder (process {other.pid} holds" in ran.err
        assert "--lock-timeout" in ran.err
    assert not stage.pbx.log
    assert stage.run("plan").status == 0, "a plan disturbs nobody"


def test_the_lock_of_a_killed_apply_is_gone_with_it(stage: Workspace, other: subprocess.Popen[bytes]) -> None:
    other.kill()
    other.wait()
    assert stage.apply().status == 0
    assert len(stage.pbx.rows("DEMO")) == 1


def test_a_second_apply_may_wait_for_its_turn(stage: Workspace) -> None:
    stage.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    with locked(stage.folder):
        waiting: list[int] = []
        second = threading.Thread(target=lambda: waiting.append(_apply_elsewhere(stage)))
        second.start()
        second.join(1.5)
        assert not waiting
        assert not stage.pbx.log
    second.join()
    assert waiting == [0]
    assert len(stage.pbx.rows("DEMO")) == 1


def _apply_elsewhere(stage: Workspace) -> int:
    words = [str(COMMAND), "apply", "--auto-approve", "--lock-timeout", "30"]
    return subprocess.run(words, cwd=stage.folder, env=stage.environ, stdin=subprocess.DEVNULL, check=False).returncode


def test_a_lock_that_cannot_tell_who_has_it_locks_all_the_same(stage: Workspace) -> None:
    (stage.folder / ".pbxsync").mkdir()
    os.mkfifo(stage.folder / ".pbxsync/lock")  # can be locked, but as on a full disk no process can be noted in it
    stage.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    with locked(stage.folder):
        ran = stage.apply()
    assert ran.status == 1
    assert "another apply is running in this project folder (another process holds" in ran.err
    assert not stage.pbx.log
    assert stage.apply().status == 0


def test_the_wait_has_an_end(stage: Workspace) -> None:
    stage.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    with locked(stage.folder):
        ran = stage.apply("--lock-timeout", "0.3")
    assert ran.status == 1
    assert "another apply is running" in ran.err
    assert not stage.pbx.log
