"""What a command takes on the command line is what its body expects, and its help fits a terminal."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import fields
from typing import TYPE_CHECKING

import click
import pytest

from pbxsync.cli.confirm_and_apply import ApplyOptions
from pbxsync.cli.main import COMMANDS, cli
from pbxsync.emulator import Emulator, serve

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

#: What the bodies pass on as `**options`.
PASSED_ON = {
    "apply": {field.name for field in fields(ApplyOptions)},
    "revert": {field.name for field in fields(ApplyOptions)},
    "emulator": {*inspect.signature(serve).parameters, *inspect.signature(Emulator).parameters},
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_body_takes_exactly_the_options_of_its_command(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    given = {param.name for param in command.params if param.expose_value}
    signature = inspect.signature(importlib.import_module(f"pbxsync.commands.{name}").run)
    named = {each.name for each in signature.parameters.values() if each.kind is each.KEYWORD_ONLY}
    assert named <= given
    assert given - named <= PASSED_ON.get(name, set())


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_fits_80_columns(workdir: Workspace, name: str | None) -> None:
    workdir.set(COLUMNS="80")
    ran = workdir.process(*([name] if name else []), "--help")
    assert max(map(len, ran.out.splitlines())) <= 80
