"""No key is in any byte that any command writes, whatever the PBX does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.cli.main import COMMANDS
from tests.secrecy.echoes import everything
from tests.secrecy.stage import (
    FAULT_KINDS,
    OFFLINE,
    ONLINE,
    READ_KEY,
    TENANT_KEY,
    VERBOSITIES,
    WRITE_KEY,
    Stage,
    staged,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxsync.emulator import FaultSpec


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Stage]:
    with staged(tmp_path, monkeypatch, capfd, sensitive=False) as made:
        yield made


def test_every_command_has_its_cases() -> None:
    assert not [name for name in COMMANDS if name not in {**ONLINE, **OFFLINE}]


@pytest.mark.parametrize("fault", FAULT_KINDS)
def test_no_command_shows_a_key_at_any_verbosity_in_any_fault(stage: Stage, fault: str) -> None:
    assert stage.play_all(fault)


ECHOES = everything([READ_KEY, WRITE_KEY, TENANT_KEY])


@pytest.mark.parametrize("echo", ECHOES, ids=lambda echo: echo.text)
def test_no_command_shows_a_key_that_the_pbx_shows(stage: Stage, echo: FaultSpec) -> None:
    assert stage.play_all(echo)


@pytest.mark.parametrize("verbosity", VERBOSITIES)
def test_no_command_that_sends_nothing_shows_a_key_at_any_verbosity(stage: Stage, verbosity: str) -> None:
    stage.live()
    for name in COMMANDS:
        for case in OFFLINE.get(name, ()):
            stage.run(*filter(None, [verbosity]), *case.words)
    assert not stage.pbx.log


@pytest.mark.parametrize(
    "words", [["plan"], ["show"], ["revert", "--auto-approve"], ["api", "HELP"], ["--no-such"], []]
)
def test_a_key_typed_by_mistake_is_not_shown_though_the_project_was_not_read(stage: Stage, words: list[str]) -> None:
    for key in (READ_KEY, TENANT_KEY):
        stage.run(*words, f"{key}")
        stage.run(*words, f"--{key}")
