"""The command line: global options, the commands by name, the one error boundary, and the exit statuses.

0    done
1    anything wrong, a misuse of the command line included
2    only from `plan --detailed-exitcode`, when there are changes
130  interrupted
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

import click

from pbxsync import __version__
from pbxsync.cli.context import Context
from pbxsync.cli.global_options import global_options
from pbxsync.cli.terminal import columns, open_streams
from pbxsync.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

    from pbxsync.model.entry import Problem

#: Click: a shell sets this variable to ask what to offer.
_COMPLETE: Final = "_PBXSYNC_COMPLETE"
#: Widest help text, in columns.
_WIDEST: Final = 100
#: Each command and its line in the help. `pbxsync.cli.options` describes it, `pbxsync.commands` does its work.
COMMANDS: Final = {
    "validate": "Check the tenant files, offline.",
    "render": "Print the tenant files with their profiles filled in.",
    "plan": "Show what apply would change.",
    "apply": "Change the PBX to match the files, or do what a saved plan says.",
    "show": "Show saved plans, several as one.",
    "revert": "Put back what an apply changed.",
    "schema": "Print the JSON Schema of tenant files, profiles or project files, for editors.",
    "export": "Write live destinations as tenant files.",
    "types": "List the custom destination types.",
    "doctor": "Look for what would stop a plan, and say what to do.",
    "api": "Send one request of the API, any operation of the document.",
    "completion": "Print what lets a shell complete command lines.",
    "emulator": "Serve an emulated PBX on loopback.",
}


class Commands(click.Group):
    """The commands. Each is imported only when it is named, so `--help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order in which people use them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import what describes a command."""
        del ctx
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"pbxsync.cli.options.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest one."""
        from pbxsync.text.words import did_you_mean  # noqa: PLC0415 - only a mistake needs it

        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"unknown command '{name}'{did_you_mean(name, COMMANDS)}. `pbxsync --help` lists them")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Offer the commands, without importing them, and the options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only when somebody completes a word

        offered = [CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)]
        return [*offered, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: pbxsync plan tenants/",
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
)
@click.version_option(__version__, prog_name="pbxsync")
@click.pass_context
def cli(ctx: click.Context) -> int:
    """Keep the custom destinations of PBXCloud tenants as YAML: plan, apply, verify."""
    if ctx.invoked_subcommand is None:
        context: Context = ctx.obj
        if context.verbosity < 0:
            ctx.fail("no command given: `pbxsync --help` lists them")
        context.console.note(ctx.get_help())
    return 1  # only counts without a command


cli.params += global_options()


def main() -> None:
    """Run the command line of this process and exit with its status."""
    # Few values here are in cycles, and looking for cycles every 700 values takes 5 % of the time of a command.
    gc.set_threshold(50_000)
    # SIGTERM, which CI systems send, and SIGHUP end a command as ^C does, with 130; an apply handles all three itself.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup ignores it
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    open_streams()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status: the boundary at which every error becomes a sentence."""
    context = Context()
    if _COMPLETE in os.environ:
        from pbxsync.cli.shells import register  # noqa: PLC0415 - only when somebody completes a word

        register()
    errors: Sequence[Problem] = ()
    width = max(50, min(_WIDEST, columns()) - 2)
    try:
        status = cli.main(
            list(arguments), prog_name="pbxsync", obj=context, standalone_mode=False, terminal_width=width
        )
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the boundary: also what nobody expected
        from pbxsync.cli.failure import report_failure  # noqa: PLC0415 - only a run that fails needs it

        status = report_failure(context, error)
        errors = error.problems if isinstance(error, InputError) else ()
        if not errors:
            return status
    if context.annotate != "none":
        from pbxsync.cli.annotate import annotate  # noqa: PLC0415 - only in a CI

        annotate(context, errors)
    return status if isinstance(status, int) else 0
