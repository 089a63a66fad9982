"""The value of a sensitive param, old or new, is in no byte that any command writes, whatever the PBX does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator.dialect import PRESETS
from tests.secrecy.echoes import everything
from tests.secrecy.searched import FAULT_KINDS, NEW_VALUE, OFFLINE, OLD_VALUE, SearchedWorkspace, searched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxsync.emulator import FaultSpec

#: The PBX may show a value anywhere but in another field: what is a name is shown as one.
ECHOES = [each for each in everything([OLD_VALUE, NEW_VALUE]) if not each.text.startswith(("rows", "params", "header"))]
#: A list of types in which that with the sensitive param is missing, or has another name.
TYPES_ASTRAY = ["missing-row=9 object=CUSTOMTYPES", "missing-row=1 object=CUSTOMTYPES", "empty object=CUSTOMTYPES"]


@pytest.fixture
def workspace(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SearchedWorkspace]:
    dialect = getattr(request, "param", "default")
    with searched(tmp_path, monkeypatch, sensitive=True, dialect=dialect) as made:
        yield made


@pytest.mark.parametrize("fault", FAULT_KINDS)
def test_no_command_shows_a_sensitive_value_in_any_fault(workspace: SearchedWorkspace, fault: str) -> None:
    assert workspace.play_all(fault)


@pytest.mark.parametrize("echo", ECHOES, ids=lambda echo: echo.text)
def test_no_command_shows_a_sensitive_value_that_the_pbx_repeats(workspace: SearchedWorkspace, echo: FaultSpec) -> None:
    assert workspace.play_all(echo)


@pytest.mark.parametrize("workspace", PRESETS, indirect=True)
def test_no_command_shows_a_sensitive_value_in_any_dialect(workspace: SearchedWorkspace) -> None:
    assert workspace.play_all("latency=1ms")


@pytest.mark.parametrize("fault", TYPES_ASTRAY)
@pytest.mark.parametrize("workspace", ["default", "full", "typed"], indirect=True)
def test_no_command_shows_a_sensitive_value_of_a_type_that_the_pbx_does_not_list(
    workspace: SearchedWorkspace, fault: str
) -> None:
    assert workspace.play_all(fault)


def test_no_command_that_sends_nothing_shows_a_sensitive_value(workspace: SearchedWorkspace) -> None:
    workspace.live()
    for case in (case for cases in OFFLINE.values() for case in cases):
        workspace.run("-vv", *case.words)
