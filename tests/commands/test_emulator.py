"""`pbxsync emulator` as it is typed: what it takes, and what it says of what it cannot take."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import FAULTS
from tests.support.command import COMMAND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.workspace import Workspace


@contextmanager
def serving(workdir: Workspace, *words: str) -> Iterator[None]:
    """Run the command meanwhile, with its url and keys in the environment."""
    running = subprocess.Popen([COMMAND, "emulator", *words], env=workdir.environ, stdout=-1, stderr=-1, text=True)
    assert running.stdout is not None
    url, read_key, write_key = (running.stdout.readline().rpartition(" ")[2].strip() for _ in range(3))
    workdir.connect(url, read_key, write_key)
    try:
        yield
    finally:
        running.terminate()
        assert running.communicate(timeout=10) == ("", "")
        assert running.returncode == 0


def test_every_line_of_a_fault_file_and_every_fault_beside_it_is_heeded(workdir: Workspace) -> None:
    workdir.write("faults", "# this file is kept\n\nstatus-404 tenant=ACME  # this one\nstatus-403 tenant=BETA\n")
    with serving(workdir, "--fault-file", "faults", "--fault", "status-401 tenant=CAFE", "--no-demo"):
        said = [workdir.run("export", tenant) for tenant in ("ACME", "BETA", "CAFE", "DEMO")]
    assert [ran.status for ran in said] == [1, 1, 1, 0]
    assert [status in ran.err for ran, status in zip(said, ("404", "403", "401"), strict=False)] == [True, True, True]


def test_only_the_tenants_that_are_named_are_there(workdir: Workspace) -> None:
    with serving(workdir, "--tenant", "ACME", "--tenant", "BETA", "--no-demo"):
        assert [workdir.run("export", tenant).status for tenant in ("ACME", "BETA", "DEMO")] == [0, 0, 1]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--fault", "status-50"), "fault 'status-50': unknown kind 'status-50'; did you mean status-503?"),
        (("--fault", "zzz"), f"unknown kind 'zzz'; the kinds are {', '.join(FAULTS)}"),
        (("--dialect", "fulll"), "unknown preset 'fulll'"),
        (("--fault-file", "faults"), "faults:2: fault 'status-50': unknown kind 'status-50'; did you mean status-503?"),
        (("--fault-file", "none"), "--fault-file none cannot be read: No such file or directory"),
        (("--fault-file", "latin"), "--fault-file latin is not UTF-8"),
        (("--db", "none/pbx.db"), "the emulator cannot start: none/pbx.db: there is no such file or folder"),
        (("--log", "none/log"), "the emulator cannot start: none/log: there is no such file or folder"),
        (("--db", "faults"), "the emulator cannot start: faults cannot be used: file is not a database"),
    ],
)
def test_what_it_cannot_take_is_said_with_its_place(workdir: Workspace, words: tuple[str, ...], complaint: str) -> None:
    workdir.write("faults", "reset\nstatus-50\n")
    (workdir.folder / "latin").write_bytes(b"\xe6")
    ran = workdir.run("emulator", *words)
    assert (ran.status, ran.out) == (1, "")
    assert complaint in ran.err
