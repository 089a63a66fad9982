"""The exit status: 0 done, 1 anything wrong, 2 from `plan --detailed-exitcode` with changes alone, 130 interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pbxsync.cli.main import COMMANDS
from pbxsync.render import FORMATS
from tests.support.command import COMMAND
from tests.support.tenantfile import forward
from tests.support.waiting import until

if TYPE_CHECKING:
    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace


@pytest.fixture
def changed(workdir: Workspace, pbx: Emulator) -> Workspace:
    """A folder whose plan has a change."""
    pbx.put("DEMO", cu_name="There", cu_param1="1")
    workdir.tenant("DEMO", forward("There"), forward("New"))
    return workdir


@pytest.mark.parametrize("fmt", FORMATS)
def test_two_means_changes_and_is_the_same_in_every_format(changed: Workspace, fmt: str) -> None:
    assert changed.run("plan", "--format", fmt, "--detailed-exitcode").status == 2
    assert changed.run("plan", "--format", fmt).status == 0


@pytest.mark.parametrize("fmt", FORMATS)
def test_no_changes_is_zero_in_every_format(changed: Workspace, fmt: str) -> None:
    assert changed.run("apply", "--auto-approve").status == 0
    assert changed.run("plan", "--format", fmt, "--detailed-exitcode").status == 0


@pytest.mark.parametrize("fmt", FORMATS)
def test_a_tenant_that_fails_is_one_in_every_format_whatever_else_changes(
    changed: Workspace, pbx: Emulator, fmt: str
) -> None:
    changed.tenant("OTHER", forward("x"))
    pbx.faults.add("status-404 tenant=OTHER")
    ran = changed.run("plan", "--format", fmt, "--detailed-exitcode")
    assert ran.status == 1
    assert "OTHER" in ran.out
    assert "New" in ran.out


MISUSES = {
    "no command": [],
    "no command, quietly": ["-q"],
    "no such command": ["plam"],
    "no such option": ["plan", "--nope"],
    "an option without its value": ["plan", "--tenant"],
    "a value out of range": ["plan", "--parallel", "0"],
    "a value of the wrong kind": ["plan", "--parallel", "many"],
    "seconds that are no number": ["plan", "--timeout", "nan"],
    "a wait that is no number": ["apply", "--auto-approve", "--lock-timeout", "NaN"],
    "milliseconds that are no number": ["emulator", "--latency", "-nan"],
    "no such choice": ["--color", "purple", "plan"],
    "no such format": ["plan", "--format", "xml"],
    "no such file": ["plan", "missing.yaml"],
    "a name too long for a file": ["plan", "a" * 300],
    "a name too long for a folder": ["export", "DEMO", "--out", "a" * 300],
    "a tenant that no file has": ["plan", "--tenant", "NOPE"],
    "a missing argument": ["show"],
    "too many arguments": ["revert", "one", "two"],
    "no such project file": ["--config", "nope.yaml", "plan"],
    "a shard that there is not": ["plan", "--shard", "3/2"],
    "a plan that could not be saved": ["plan", "--out", "none/change.plan"],
    "a plan that is none": ["apply", "tenants/DEMO.yaml", "x.plan"],
    "nobody to ask": ["apply"],
}


@pytest.mark.parametrize("arguments", MISUSES.values(), ids=MISUSES)
def test_a_misuse_is_one_says_so_on_standard_error_and_sends_nothing(
    changed: Workspace, pbx: Emulator, arguments: list[str]
) -> None:
    ran = changed.process(*arguments)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("error: " if arguments else "Usage: pbxsync")
    assert not pbx.log


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_is_zero_and_goes_to_standard_output(workdir: Workspace, arguments: list[str]) -> None:
    ran = workdir.run(*arguments)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(("Usage: pbxsync", "pbxsync, version"))
    if len(arguments) == 2:
        assert "Example" in ran.out


@pytest.mark.parametrize("arguments", [["plan"], ["validate", "/"], ["types", "DEMO"], ["schema"]])
def test_a_working_directory_that_was_removed_is_said(workdir: Workspace, arguments: list[str]) -> None:
    program = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    command = ["sh", "-c", program, "sh", str(COMMAND), *arguments]
    ended = subprocess.run(command, env=workdir.environ, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "error: the working directory no longer exists: change to one that does\n"


def test_what_is_no_text_in_the_environment_is_said_or_used_as_it_is(changed: Workspace) -> None:
    ran = changed.process("plan", PBXSYNC_READ_KEY="hunter2-\udcff")
    assert ran.status == 1
    assert "the value of ${PBXSYNC_READ_KEY} is not a key" in ran.out
    assert "hunter2" not in ran.text
    assert changed.process("plan", PBXSYNC_URL="emulator:\udcff.db").status == 0
    assert (changed.folder / "\udcff.db").exists()


def test_a_command_that_is_nearly_right_is_named(workdir: Workspace) -> None:
    assert "did you mean plan?" in workdir.run("plam").err


def test_output_that_nobody_reads_ends_quietly_with_one(changed: Workspace) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run([COMMAND, "plan"], env=changed.environ, stdout=writing, stderr=-1, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_cannot_be_written_is_one_and_says_why(changed: Workspace, unbuffered: str) -> None:
    changed.set(PYTHONUNBUFFERED=unbuffered)
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([COMMAND, "plan"], env=changed.environ, stdout=full, stderr=-1, check=False)
    assert ended.returncode == 1
    assert ended.stderr == b"error: the result cannot be written: No space left on device\n"


@pytest.mark.parametrize("words", ["--help", "--version", "plan --help"])
def test_a_help_that_cannot_be_written_is_one_and_says_why(words: str) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([COMMAND, *words.split()], stdout=full, stderr=-1, check=False)
    assert ended.returncode == 1
    assert ended.stderr == b"error: the result cannot be written: No space left on device\n"


@pytest.mark.parametrize(("closed", "status"), [("<&-", 0), ("2>&-", 0), (">&-", 1)])
def test_closed_standard_streams_crash_nothing(changed: Workspace, closed: str, status: int) -> None:
    command = ["sh", "-c", f"{COMMAND} plan {closed}"]
    ended = subprocess.run(command, env=changed.environ, capture_output=True, text=True, check=False)
    assert ended.returncode == status
    assert "Traceback" not in ended.stderr
    assert (status == 1) == ("cannot be written" in ended.stderr)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_standard_error_that_is_gone_does_not_stop_an_apply(changed: Workspace, pbx: Emulator, unbuffered: str) -> None:
    changed.set(PYTHONUNBUFFERED=unbuffered)
    with Path("/dev/full").open("wb") as full:
        command = [str(COMMAND), "-vv", "apply", "--auto-approve"]
        ended = subprocess.run(command, env=changed.environ, stdout=-1, stderr=full, check=False)
    assert ended.returncode == 0
    assert len(pbx.rows("DEMO")) == 2


@pytest.mark.parametrize("words", [[COMMAND], [sys.executable, "-m", "pbxsync"]], ids=["script", "module"])
def test_an_interrupt_while_the_command_line_is_loaded_leaves_no_traceback(
    workdir: Workspace, words: list[str | Path]
) -> None:
    workdir.write("early/click.py", "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)\n")
    environ = {**workdir.environ, "PYTHONPATH": f"early:{workdir.environ['PYTHONPATH']}"}
    ended = subprocess.run([*words, "plan"], env=environ, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "error: interrupted\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_plan_that_is_interrupted_is_130_at_once(changed: Workspace, pbx: Emulator, number: signal.Signals) -> None:
    pbx.faults.add("timeout=30s")
    running = subprocess.Popen([COMMAND, "plan"], env=changed.environ, stdout=-1, stderr=-1, text=True)
    until(lambda: pbx.log)
    running.send_signal(number)
    out, err = running.communicate(timeout=5)
    assert (running.returncode, out, err.strip()) == (130, "", "error: interrupted")


def test_what_nobody_expected_is_one_and_keeps_its_traceback_in_a_file_without_the_key(workdir: Workspace) -> None:
    program = (
        "import sys; from pbxsync.cli import main as cli; import pbxsync.cli.stages as stages\n"
        "def bug(*args, **rest): raise ZeroDivisionError('the key is 12345678')\n"
        "stages.plan_fleet = bug\n"
        "sys.exit(cli.run(['plan']))"
    )
    workdir.tenant("DEMO")
    workdir.set(PBXSYNC_URL="emulator:pbx.db", PBXSYNC_READ_KEY="12345678", TMPDIR=str(workdir.folder))
    ended = subprocess.run(
        [sys.executable, "-c", program], env=workdir.environ, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: this should not have happened: ZeroDivisionError: the key is (key).")
    (report,) = workdir.folder.glob("pbxsync-crash-*.txt")
    assert "ZeroDivisionError: the key is (key)" in report.read_text()
    assert "12345678" not in report.read_text() + ended.stderr
    assert report.stat().st_mode & 0o777 == 0o600
