"""-v, -q, --config and --color are taken before a command's name and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from pbxsync.cli.main import COMMANDS, cli

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

pytestmark = pytest.mark.usefixtures("demo")

DEMO = "tenant: DEMO\ndestinations:\n  - id: 67\n"


@pytest.mark.parametrize("words", [("-v", "plan"), ("plan", "-v"), ("-q", "plan", "-v"), ("plan", "-q", "-v")])
def test_v_says_more_wherever_it_stands(workdir: Workspace, words: tuple[str, ...]) -> None:
    workdir.write("tenants/demo.yaml", DEMO)
    assert "requests (" in workdir.run(*words).err


@pytest.mark.parametrize("words", [("plan",), ("-v", "plan", "-q"), ("plan", "-q")])
def test_without_it_or_with_q_after_it_nothing_more_is_said(workdir: Workspace, words: tuple[str, ...]) -> None:
    workdir.write("tenants/demo.yaml", DEMO)
    ran = workdir.run(*words)
    assert (ran.status, ran.err) == (0, "")


def test_a_project_file_may_be_named_before_and_after(workdir: Workspace) -> None:
    workdir.write("tenants/demo.yaml", DEMO)
    workdir.write("elsewhere/other.yaml", "tenants: [../tenants]\n")
    before = workdir.run("--config", "elsewhere/other.yaml", "validate")
    after = workdir.run("validate", "--config", "elsewhere/other.yaml")
    assert before == after
    assert before.status == 0
    assert workdir.run("--config", "elsewhere/other.yaml", "validate", "--config", "none.yaml").status == 1


def test_colour_may_be_asked_for_before_and_after(workdir: Workspace) -> None:
    workdir.write("tenants/demo.yaml", "tenant: DEMO\ndestinations:\n  - {id: 67, name: New}\n")
    before, after = workdir.run("--color", "always", "plan"), workdir.run("plan", "--color", "always")
    assert before == after
    assert "\x1b[" in before.out
    assert "\x1b[" not in workdir.run("plan").out


def test_every_command_takes_them_and_none_has_its_own_of_these_names() -> None:
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        options = [option for each in command.params for option in each.opts]
        assert {"-v", "-q", "--config", "--color"} <= set(options), name
        assert len(options) == len(set(options)), name


def test_a_command_that_is_had_twice_has_them_once() -> None:
    context = click.Context(cli)
    first, second = cli.get_command(context, "plan"), cli.get_command(context, "plan")
    assert first is not None
    assert second is not None
    assert len(first.params) == len(second.params)
    assert first.help == second.help
