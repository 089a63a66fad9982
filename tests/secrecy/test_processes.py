"""No key is in what `ps` shows: not of a command, nor of a process that it starts, which is git alone."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.secrecy.searched import ONLINE, READ_KEY, TENANT_KEY, WRITE_KEY, searched
from tests.support.command import COMMAND
from tests.support.secret_forms import forms_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace

#: By these events Python tells that a process is started.
_STARTS: Final = ("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn")
_started: list[tuple[str, tuple[Any, ...]]] = []
_watching = False


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event in _STARTS:
        _started.append((event, arguments))


@pytest.fixture
def watched() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """The starts of processes while a test runs; a hook cannot be taken back, so it looks on for nothing after."""
    global _watching  # noqa: PLW0603 - the hook is the interpreter's, and has no other way to be told
    if not _started:
        sys.addaudithook(_watch)
    _started.clear()
    _watching = True
    yield _started
    _watching = False


def test_the_only_process_that_a_command_starts_is_git_and_it_is_given_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watched: list[tuple[str, tuple[Any, ...]]]
) -> None:
    with searched(tmp_path, monkeypatch, sensitive=False) as workspace:
        for case in (case for cases in ONLINE.values() for case in cases):
            workspace.live(after=case.after)
            workspace.run("-vv", *case.words)
    opened = [arguments for event, arguments in watched if event == "subprocess.Popen"]
    assert {arguments[0] for arguments in opened} == {"git"}
    # Python starts a process by one of the others; what it is given was seen in the event before.
    assert {event for event, _ in watched} <= {"subprocess.Popen", "os.posix_spawn", "os.fork"}
    given = repr([(words, environ) for _, words, _, environ in opened])
    assert all(environ is not None for *_, environ in opened), "an inherited environment holds the keys"
    for key in (READ_KEY, WRITE_KEY, TENANT_KEY):
        assert not [form for form in forms_of([key]) if form in given]


def test_no_key_is_among_the_arguments_of_a_running_command(workdir: Workspace, pbx: Emulator) -> None:
    for key, kind in ((READ_KEY, "read"), (WRITE_KEY, "write"), (TENANT_KEY, "write")):
        pbx.add_key(key, "write" if kind == "write" else "read")
    workdir.connect(pbx.url, READ_KEY, WRITE_KEY)
    workdir.write("key", TENANT_KEY)
    workdir.write("pbxsync.yaml", "keys:\n  ACME: {read: '${file:key}', write: '${file:key}'}\n")
    workdir.write("tenants/ACME.yaml", "tenant: ACME\ndestinations: [{name: x, type: FORWARD}]\n")
    workdir.write("tenants/DEMO.yaml", "tenant: DEMO\ndestinations: [{name: x, type: FORWARD}]\n")
    pbx.faults.add("latency=100ms")
    seen = b""
    with subprocess.Popen(
        [COMMAND, "-vv", "apply", "--auto-approve"],
        cwd=workdir.folder,
        env=workdir.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        looks = 0
        while running.poll() is None:
            found = subprocess.run(["ps", "-eww", "-o", "pid=,args="], capture_output=True, check=True).stdout
            looks += str(running.pid).encode() in found and b"--auto-approve" in found
            seen += found
        out, err = running.communicate()
    assert running.returncode == 0, err
    assert looks > 2
    assert not [form for form in forms_of([READ_KEY, WRITE_KEY, TENANT_KEY]) if form.encode() in seen + out + err]
