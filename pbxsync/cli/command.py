"""A command on the command line, and the one place that loads its body.

`pbxsync.cli.options.VERB` describes what a command takes. `pbxsync.commands.VERB` does the work: it imports whatever it
needs at its top, and is loaded only when the command runs. So `--help` and completion stay fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import click

from pbxsync.cli.global_options import global_options

if TYPE_CHECKING:
    from collections.abc import Iterable


class Command(click.Command):
    """One command: its own parameters and the global options, its help and examples of its use."""

    def __init__(self, name: str, params: Iterable[click.Parameter], help_text: str, *examples: str) -> None:
        shown = "\n".join(f"  {example}" for example in examples)
        # \b keeps click from wrapping the lines, so that each can be copied.
        epilog = f"\b\n{'Example' if len(examples) == 1 else 'Examples'}:\n{shown}"
        super().__init__(name, params=[*params, *global_options()], help=help_text, epilog=epilog)

    def invoke(self, ctx: click.Context) -> int:
        """Load the body of the command, run it, and return the exit status."""
        body = importlib.import_module(f"pbxsync.commands.{self.name}")
        status: int = body.run(ctx.obj, **ctx.params)
        return status
