"""What nobody expected shows no secret either: not in what is said, not in the report that is kept, not in any log."""

from __future__ import annotations

import errno
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import pbxsync.apply.add
import pbxsync.cli.load
import pbxsync.cli.stages
import pbxsync.commands.apply
import pbxsync.journal.write
import pbxsync.pbx.shapes
from tests.redaction.writings import WRITINGS
from tests.secrecy.searched import NEW_VALUE, OLD_VALUE, READ_KEY, TENANT_KEY, WRITE_KEY, SearchedWorkspace, searched
from tests.support.secret_forms import holders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType
    from typing import Any, NoReturn

ALL = (READ_KEY, WRITE_KEY, TENANT_KEY, OLD_VALUE, NEW_VALUE)
#: A function of each stage of a command, replaced by one that fails over something that holds secrets.
PLACES: list[tuple[ModuleType | type, str]] = [
    (pbxsync.cli.load, "find"),
    (pbxsync.cli.stages, "TypeSource"),
    (pbxsync.pbx.shapes, "parse"),
    (pbxsync.commands.apply, "ask_and_write"),
    (pbxsync.apply.add, "settle"),
    (pbxsync.journal.write.Journal, "before"),
    (pbxsync.journal.write.Journal, "after"),
]


@pytest.fixture(params=[False, True], ids=["keys", "values"])
def workspace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SearchedWorkspace]:
    with searched(tmp_path, monkeypatch, sensitive=request.param) as made:
        made.live()
        yield made


def fails(secrets: tuple[str, ...], how: str) -> Callable[..., NoReturn]:
    """A function with a mistake in it."""
    written = [write(secret) for secret in secrets for write in WRITINGS.values()]

    def plainly(*_: Any, **__: Any) -> NoReturn:
        raise ZeroDivisionError(f"of {secrets}", *secrets)

    def in_a_chain(*_: Any, **__: Any) -> NoReturn:
        try:
            try:
                plainly()
            except ZeroDivisionError as error:
                raise KeyError(*secrets) from error
        except KeyError:
            raise RuntimeError("\n".join(written))  # noqa: B904 - its context is what this is about

    def by_its_class(*_: Any, **__: Any) -> NoReturn:
        raise type("Odd", (UnicodeError,), {"__str__": lambda _: secrets[-1]})("x")

    return {"plainly": plainly, "in a chain": in_a_chain, "by its class": by_its_class}[how]


@pytest.mark.parametrize("how", ["plainly", "in a chain", "by its class"])
@pytest.mark.parametrize(("owner", "name"), PLACES, ids=lambda each: str(getattr(each, "__name__", each)))
def test_a_mistake_anywhere_shows_no_secret(
    workspace: SearchedWorkspace,
    monkeypatch: pytest.MonkeyPatch,
    owner: ModuleType | type,
    name: str,
    how: str,
) -> None:
    early = owner is pbxsync.cli.load  # before the project is read, no value of a variable has been looked at
    secrets = (READ_KEY, WRITE_KEY) if early else tuple(each for each in ALL if each in workspace.secrets)
    monkeypatch.setattr(owner, name, fails(secrets, how))
    # The add is lost, so that it has to be settled.
    workspace.pbx.faults.add("reset-after-commit action=add times=1")
    ran = workspace.run("-vv", "apply", "--auto-approve", checked=False)
    assert ran.status == 1
    assert "this should not have happened" in ran.err
    workspace.search(ran)
    (report,) = (workspace.folder / "tmp").glob("pbxsync-crash-*.txt")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "Traceback" in report.read_text()


def _full(*_: Any, **__: Any) -> NoReturn:
    raise OSError(errno.ENOSPC, "no space left")


def test_a_report_that_cannot_be_kept_is_said_without_a_secret(
    workspace: SearchedWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.mkstemp", _full)
    secrets = tuple(each for each in ALL if each in workspace.secrets)
    monkeypatch.setattr(pbxsync.pbx.shapes, "parse", fails(secrets, "in a chain"))
    ran = workspace.run("plan", checked=False)
    assert "could not be saved" in ran.err
    workspace.search(ran)


PROGRAM = """
import http.client, logging, sys, traceback
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout)
http.client.HTTPConnection.debuglevel = 1
from pbxsync.client import Client
from pbxsync.errors import WireError
url, key = sys.argv[1], sys.stdin.readline().strip()
for again in range(3):
    with Client(url, key, timeout=0.3, retries=2) as pbx:
        print(pbx, vars(pbx))
        for ask in (lambda: pbx.custom_types("DEMO"), pbx.count_calls, lambda: pbx.add("DEMO", "x", "1", {1: "5"})):
            try:
                ask()
            except WireError as error:
                print(repr(error), error.args)
                traceback.print_exc(file=sys.stdout)
logging.getLogger("urllib3.connectionpool").warning("a line of another program about %s", "its own")
"""
LOUD = ["latency=0ms", "reset", "timeout=1s", "cut-body", "status-503", "redirect", "echo-key", "bad-gzip", "refuse=2s"]


@pytest.mark.parametrize("fault", LOUD)
def test_a_program_that_logs_all_that_libraries_say_logs_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    with searched(tmp_path, monkeypatch, sensitive=False) as workspace:
        workspace.live()
        workspace.pbx.faults.add(fault)
        ended = subprocess.run(
            [sys.executable, "-c", PROGRAM, workspace.pbx.url],
            input=f"{WRITE_KEY}\n".encode(),
            env=workspace.environ,
            capture_output=True,
            check=True,
        )
    assert b"DEBUG:urllib3.connectionpool:" in ended.stdout
    assert b"a line of another program about its own" in ended.stdout
    assert not holders([WRITE_KEY], {"stdout": ended.stdout, "stderr": ended.stderr})


def test_a_key_given_on_the_command_line_by_mistake_is_not_said_again(workspace: SearchedWorkspace) -> None:
    for words in (["plan", WRITE_KEY], [READ_KEY], ["plan", "--tenant", READ_KEY], ["--config", WRITE_KEY, "plan"]):
        assert workspace.run(*words).status == 1
