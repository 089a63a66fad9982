"""No key is in any byte that any command writes, whatever the PBX does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.cli.main import COMMANDS
from tests.secrecy.echoes import everything
from tests.secrecy.searched import (
    FAULT_KINDS,
    OFFLINE,
    ONLINE,
    READ_KEY,
    TENANT_KEY,
    VERBOSITIES,
    WRITE_KEY,
    SearchedWorkspace,
    searched,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxsync.emulator import FaultSpec


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchedWorkspace]:
    with searched(tmp_path, monkeypatch, sensitive=False) as made:
        yield made


def test_every_command_has_its_cases() -> None:
    assert not [name for name in COMMANDS if name not in {**ONLINE, **OFFLINE}]


@pytest.mark.parametrize("fault", FAULT_KINDS)
def test_no_command_shows_a_key_at_any_verbosity_in_any_fault(workspace: SearchedWorkspace, fault: str) -> None:
    assert workspace.play_all(fault)


ECHOES = everything([READ_KEY, WRITE_KEY, TENANT_KEY])


@pytest.mark.parametrize("echo", ECHOES, ids=lambda echo: echo.text)
def test_no_command_shows_a_key_that_the_pbx_shows(workspace: SearchedWorkspace, echo: FaultSpec) -> None:
    assert workspace.play_all(echo)


@pytest.mark.parametrize("verbosity", VERBOSITIES)
def test_no_command_that_sends_nothing_shows_a_key_at_any_verbosity(
    workspace: SearchedWorkspace, verbosity: str
) -> None:
    workspace.live()
    for name in COMMANDS:
        for case in OFFLINE.get(name, ()):
            workspace.run(*filter(None, [verbosity]), *case.words)
    assert not workspace.pbx.log


@pytest.mark.parametrize(
    "words", [["plan"], ["show"], ["revert", "--auto-approve"], ["api", "HELP"], ["--no-such"], []]
)
def test_a_key_typed_by_mistake_is_not_shown_though_the_project_was_not_read(
    workspace: SearchedWorkspace, words: list[str]
) -> None:
    for key in (READ_KEY, TENANT_KEY):
        workspace.run(*words, f"{key}")
        workspace.run(*words, f"--{key}")
