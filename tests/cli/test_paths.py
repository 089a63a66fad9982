"""An empty path is refused wherever a command takes one, because it would be the working directory."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import click
import pytest

from pbxsync.cli.global_options import PathType
from pbxsync.cli.main import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxsync.emulator import Emulator
    from tests.support.workspace import Workspace


def path_parameters() -> Iterator[tuple[str, click.Parameter]]:
    for name in COMMANDS:
        command: click.Command = importlib.import_module(f"pbxsync.cli.options.{name}").command
        for parameter in command.params:
            if isinstance(parameter.type, click.Path | click.File):
                yield name, parameter


CASES = [pytest.param(*case, id=f"{case[0]} {case[1].name}") for case in path_parameters()]
#: What a command needs before it looks at its paths.
NEEDED = {"api": ["LIST"]}


def test_these_are_all_of_them() -> None:
    names = {f"{name} {parameter.opts[0]}" for name, parameter in path_parameters()}
    assert {"plan paths", "plan --out", "apply paths", "apply --journal", "show plans", "revert journal_read"} <= names
    assert {"validate paths", "export --out", "export --tenant-list", "doctor paths", "api --out"} <= names
    assert {"emulator --db", "emulator --log", "emulator --fault-file", "schema --config"} <= names


@pytest.mark.parametrize(("name", "parameter"), CASES)
def test_an_empty_path_is_refused_and_nothing_is_sent(
    workdir: Workspace, pbx: Emulator, name: str, parameter: click.Parameter
) -> None:
    assert type(parameter.type) is PathType
    given = [""] if isinstance(parameter, click.Argument) else [parameter.opts[0], ""]
    ran = workdir.run(name, *NEEDED.get(name, []), *given)
    assert (ran.status, ran.out) == (1, "")
    assert "the path is empty (is a variable unset?): name a file or folder." in ran.err
    assert not pbx.log


@pytest.mark.parametrize("arguments", [["--config", "", "plan"], ["--config=", "plan"], ["plan", "--out="]])
def test_an_empty_path_before_the_command_or_after_an_equals_sign_is_refused(
    workdir: Workspace, pbx: Emulator, arguments: list[str]
) -> None:
    ran = workdir.run(*arguments)
    assert (ran.status, "the path is empty" in ran.err, pbx.log) == (1, True, [])


def test_an_unset_variable_writes_no_other_tenant_file(workdir: Workspace, pbx: Emulator) -> None:
    workdir.write("pbxsync.yaml", "tenants: [tenants/]\n")
    for folder in ("tenants", "lab"):
        workdir.write(f"{folder}/a.yaml", f"tenant: {folder.upper()}\ndestinations: []\n")
    ran = workdir.run("apply", "", "--auto-approve")
    assert (ran.status, pbx.log) == (1, [])


def test_the_file_of_json_needs_a_name(workdir: Workspace, pbx: Emulator) -> None:
    ran = workdir.run("api", "MANAGEDB", "--json", "@", "--write")
    assert (ran.status, "the path is empty" in ran.err, pbx.log) == (1, True, [])
