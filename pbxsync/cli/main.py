"""The command line: global options, the commands by name, the one error boundary, and the exit statuses.

0    done
1    anything wrong, a misuse of the command line included
2    only from `plan --detailed-exitcode`, when there are changes
130  interrupted
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

import click

from pbxsync import __version__
from pbxsync.cli.context import Context, columns
from pbxsync.cli.global_options import global_options, with_global_options
from pbxsync.errors import InputError, PbxsyncError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

    from pbxsync.model.entry import Problem

#: By this a shell's script asks what to offer (click).
_COMPLETE: Final = "_PBXSYNC_COMPLETE"
#: Columns of a help text at most, however wide the terminal is.
_WIDEST: Final = 100
#: How writing what click itself writes can fail, a help text or the version: no file has a name in that.
_OUTPUT_FAILS: Final = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EIO})
#: Each command: its module, imported only when it is run, and its line in the help.
COMMANDS: Final = {
    "validate": ("validate", "Check the tenant files, offline."),
    "plan": ("plan", "Show what apply would change."),
    "apply": ("apply", "Change the PBX to match the files, or do what a saved plan says."),
    "show": ("show", "Show saved plans, several as one."),
    "revert": ("revert", "Put back what an apply changed."),
    "schema": ("schema", "Print the JSON Schema of tenant or project files, for editors."),
    "export": ("export", "Write live destinations as tenant files."),
    "types": ("types", "List the custom destination types."),
    "doctor": ("doctor", "Look for what would stop a plan, and say what to do."),
    "api": ("api", "Send one request of the API, any operation of the document."),
    "completion": ("completion", "Print what lets a shell complete command lines."),
    "emulator": ("emulator", "Serve an emulated PBX on loopback."),
}


class Commands(click.Group):
    """The commands, each of which is imported only when it is asked for: `--help` must be quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they are used."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"pbxsync.commands.{COMMANDS[name][0]}")
        command: click.Command = module.command
        return with_global_options(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was meant."""
        from pbxsync.text.words import did_you_mean  # noqa: PLC0415 - only a mistake needs it

        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"there is no command '{name}'{did_you_mean(name, COMMANDS)}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Offer the commands without importing them, and the options."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - only while somebody types

        found = [CompletionItem(name, help=text) for name, (_, text) in COMMANDS.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


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
        app: Context = ctx.obj
        if app.verbosity < 0:
            ctx.fail("which command? `pbxsync --help` lists them")
        app.console.note(ctx.get_help())
    return 1  # without a command; else what the command returns counts


cli.params += global_options()


def main() -> None:
    """Run the command line of this process, and end it with the exit status."""
    # Hardly anything here refers to itself: to look for that every 700 values is a twentieth of the time of a command.
    gc.set_threshold(50_000)
    # SIGTERM is what CI systems send: it ends a command as ^C does, with 130 (an apply has its own way of both).
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if None in {sys.stdin, sys.stdout, sys.stderr}:
        from pbxsync.cli.console import fill_gaps  # noqa: PLC0415 - nearly always there is nothing to fill

        fill_gaps()
    status = run(sys.argv[1:])
    try:
        sys.stderr.flush()
    except OSError:
        # Python flushes once more when it ends. If that failed again, it would end with 120, whatever the command did.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    sys.exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status: the boundary at which every error becomes a sentence."""
    app = Context()
    if _COMPLETE in os.environ:
        from pbxsync.cli.shells import register  # noqa: PLC0415 - only while somebody types

        register()
    width = max(50, min(_WIDEST, columns()) - 2)
    try:
        status = cli.main(list(arguments), prog_name="pbxsync", obj=app, standalone_mode=False, terminal_width=width)
        _annotate(app, ())
    except (click.ClickException, PbxsyncError) as error:
        return _expected(app, error)
    except (KeyboardInterrupt, click.Abort):
        app.console.error("interrupted")
        return 130
    except Exception as error:  # noqa: BLE001 - the boundary: what nobody expected
        if isinstance(error, OSError) and error.filename is None and error.errno in _OUTPUT_FAILS:
            from pbxsync.cli.console import unwritten  # noqa: PLC0415 - only a help text that cannot be written

            return _expected(app, unwritten(error))
        from pbxsync.cli.crash import report  # noqa: PLC0415 - only a bug needs it

        app.console.error(report(error, app.redactor))
        return 1
    return status if isinstance(status, int) else 0


def _expected(app: Context, error: click.ClickException | PbxsyncError) -> int:
    """Say an error in sentences and return the exit status: never click's own 2."""
    console = app.console
    if not isinstance(error, InputError):
        from pbxsync.cli.options import learn_keys  # noqa: PLC0415 - only a mistake needs it

        learn_keys(app)  # what was typed is quoted, and it may be a key: perhaps before the project was read
    if isinstance(error, InputError):
        for problem in error.problems:
            console.error(str(problem))
        _annotate(app, error.problems)
    elif isinstance(error, click.UsageError) and error.ctx is not None:
        console.error(f"{_on_a_line(error)}\n{error.ctx.get_usage()}")
    elif text := _on_a_line(error) if isinstance(error, click.ClickException) else str(error):
        console.error(text)
    return error.exit_status if isinstance(error, PbxsyncError) else 1


def _on_a_line(error: click.ClickException) -> str:
    """Return what click says of a command line, which quotes it as it is: one line, whatever was typed."""
    from pbxsync.text.sanitize import truncate  # noqa: PLC0415 - only a mistake needs it

    return truncate(error.format_message(), 2000)


def _annotate(app: Context, errors: Sequence[Problem]) -> None:
    """Show the problems of files to the CI that wants them."""
    if app.annotate != "none":
        from pbxsync.cli.annotate import emit  # noqa: PLC0415 - only in a CI

        emit(app, errors)
