"""No test, and no process that a test starts, can reach another machine."""

from __future__ import annotations

import socket
import sys
from subprocess import run
from typing import TYPE_CHECKING

import pytest

from tests.support.loopback import LeftLoopback

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

ELSEWHERE = "192.0.2.1"  # reserved for documentation, so nobody answers


def test_a_test_cannot_connect_to_another_machine() -> None:
    with socket.socket() as sock, pytest.raises(LeftLoopback):
        sock.connect((ELSEWHERE, 443))


def test_a_test_cannot_look_up_another_machine() -> None:
    with pytest.raises(LeftLoopback):
        socket.getaddrinfo("portal.pbxcloud.example", 443)


def test_a_process_that_a_test_starts_cannot_connect_to_another_machine(workdir: Workspace) -> None:
    program = f"import socket; socket.create_connection(('{ELSEWHERE}', 443), timeout=5)"
    ended = run([sys.executable, "-c", program], env=workdir.environ, capture_output=True, text=True, check=False)
    assert "LeftLoopback" in ended.stderr
