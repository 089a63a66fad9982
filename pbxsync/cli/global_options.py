"""Options that may be given before or after the name of a command: `pbxsync -v plan` is `pbxsync plan -v`.

The type of paths is here too, because `--config` needs it and `--help` loads as few modules as possible.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.cli.context import Context


class PathType(click.Path):
    """A path that is not empty, and whose name the file system accepts. Click itself accepts both.

    An empty path would be the working directory: `apply "$UNSET"` would write more than was meant.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path. Raises click.BadParameter."""
        if not os.fspath(value):
            self.fail("the path is empty (is a variable unset?): name a file or folder.", param, ctx)
        path = super().convert(value, param, ctx)
        try:
            os.lstat(path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                self.fail("the name is too long for a file.", param, ctx)
        return path


def global_options() -> list[click.Option]:
    """Return the global options. The last one given wins, except that each -v adds to the others."""
    return [
        _option("-v", "--verbose", _verbose, count=True, help="Show more; -vv shows every request."),
        _option("-q", "--quiet", _quiet, is_flag=True, help="Show only the result and errors."),
        _option(
            "--config",
            None,
            _config,
            type=PathType(),
            metavar="FILE",
            help="Project file (default: found upwards).",
        ),
        _option(
            "--color",
            None,
            _colour,
            type=click.Choice(["auto", "always", "never"]),
            help="Colour (default: auto).",
        ),
    ]


def _option(name: str, longer: str | None, apply: Callable[[Context, Any], None], **details: Any) -> click.Option:
    def given(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value:  # if not given here, it may have been given in the other place
            apply(ctx.obj, value)

    return click.Option([name, longer] if longer else [name], callback=given, expose_value=False, **details)


def _verbose(context: Context, times: int) -> None:
    context.console.verbosity = max(0, context.console.verbosity) + times


def _quiet(context: Context, _: bool) -> None:
    context.console.verbosity = -1


def _config(context: Context, file: str) -> None:
    from pathlib import Path  # noqa: PLC0415 - --help must not pay for it

    context.config = Path(file)


def _colour(context: Context, when: str) -> None:
    context.console.colour = when
