"""Options that may be given before or after the name of a command: `pbxsync -v plan` is `pbxsync plan -v`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pbxsync.cli.context import Context


def global_options() -> list[click.Option]:
    """Return the global options. The last one given wins, except that each -v adds to the others."""
    return [
        _option("-v", "--verbose", _verbose, count=True, help="Show more; -vv shows every request."),
        _option("-q", "--quiet", _quiet, is_flag=True, help="Show only the result and errors."),
        _option(
            "--config",
            None,
            _config,
            type=click.Path(),
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
