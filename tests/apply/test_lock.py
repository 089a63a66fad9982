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
def other(workspace: Workspace) -> Iterator[subprocess.Popen[bytes]]:
    """An apply in a process of its own, which is in the middle of a write."""
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    slow = workspace.pbx.faults.add("latency=30s action=add times=1")
    words = [str(COMMAND), "apply", "--auto-approve", *QUICK]
    process = subprocess.Popen(words, cwd=workspace.folder, env=workspace.environ, stdin=subprocess.DEVNULL)
    try:
        until(lambda: slow.fired == 1)
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_second_apply_is_refused_and_told_by_whom(workspace: Workspace, other: subprocess.Popen[bytes]) -> None:
    workspace.pbx.clear_log()
    for words in (("apply", "--auto-approve"), ("revert", "--auto-approve", workspace.journals[0])):
        ran = workspace.run(*words)
        assert ran.status == 1
        assert f"another apply is running in this project folder (process {other.pid} holds" in ran.err
        assert "--lock-timeout" in ran.err
    assert not workspace.pbx.log
    assert workspace.run("plan").status == 0, "a plan disturbs nobody"


def test_the_lock_of_a_killed_apply_is_gone_with_it(workspace: Workspace, other: subprocess.Popen[bytes]) -> None:
    other.kill()
    other.wait()
    assert workspace.apply().status == 0
    assert len(workspace.pbx.rows("DEMO")) == 1


def test_a_second_apply_may_wait_for_its_turn(workspace: Workspace) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    with locked(workspace.folder / ".pbxsync"):
        waiting: list[int] = []
        second = threading.Thread(target=lambda: waiting.append(_apply_elsewhere(workspace)))
        second.start()
        second.join(1.5)
        assert not waiting
        assert not workspace.pbx.log
    second.join()
    assert waiting == [0]
    assert len(workspace.pbx.rows("DEMO")) == 1


def _apply_elsewhere(workspace: Workspace) -> int:
    words = [str(COMMAND), "apply", "--auto-approve", "--lock-timeout", "30"]
    return subprocess.run(
        words, cwd=workspace.folder, env=workspace.environ, stdin=subprocess.DEVNULL, check=False
    ).returncode


def test_a_lock_that_cannot_tell_who_has_it_locks_all_the_same(workspace: Workspace) -> None:
    (workspace.folder / ".pbxsync").mkdir()
    os.mkfifo(workspace.folder / ".pbxsync/lock")  # can be locked, but as on a full disk no process can be noted in it
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    with locked(workspace.folder / ".pbxsync"):
        ran = workspace.apply()
    assert ran.status == 1
    assert "another apply is running in this project folder (another process holds" in ran.err
    assert not workspace.pbx.log
    assert workspace.apply().status == 0


def test_the_wait_has_an_end(workspace: Workspace) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    with locked(workspace.folder / ".pbxsync"):
        ran = workspace.apply("--lock-timeout", "0.3")
    assert ran.status == 1
    assert "another apply is running" in ran.err
    assert not workspace.pbx.log
