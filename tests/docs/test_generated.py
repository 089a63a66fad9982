"""What is generated in docs/ is what the program says now."""

from __future__ import annotations

import shlex
from itertools import takewhile

import click
import pytest

from pbxsync.cli.context import Context
from pbxsync.cli.main import COMMANDS, cli
from tests.examples.running import BIN, run
from tests.support.command import ROOT


@pytest.mark.parametrize("script", ["picture.py", "reference.py"])
def test_it_is_as_generated_now_else_run_make_docs(script: str) -> None:
    checked = run(ROOT, str(BIN / "python"), f"scripts/{script}", "--check")
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_in_the_help_of_a_command_are_command_lines(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import reference  # noqa: PLC0415 - a script, found only now

    app = Context()
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    examples = reference.examples(command)
    assert examples, f"the help of {name} ends without an example"
    for example in examples:
        words = shlex.split(example, comments=True)
        program, called, *arguments = takewhile(lambda word: word not in {">", "|"}, words)
        assert (program, called) == ("pbxsync", name), example
        assert command.make_context(name, arguments, parent=click.Context(cli, obj=app)).params
