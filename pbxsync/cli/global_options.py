"""The options that may stand before the name of a command and after it: `pbxsync -v plan` is `pbxsync plan -v`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pbxsync.cli.context import Context


def with_global_options(command: click.Command) -> click.Command:
    """Return `command` with the global options added; the one that was given stays as it is."""
    from copy import copy  # noqa: PLC0415 - --help must not pay for it

    wider = copy(command)
    wider.params = [*command.params, *global_options()]
    return wider


def global_options() -> list[click.Option]:
    """Return the global options. What is given last wins, except that each further -v says more."""
    return [
        _option("-v", "--verbose", _verbose, count=True, help="Say more; twice: every request."),
        _option("-q", "--quiet", _quiet, is_flag=True, help="Say only the result and errors."),
        _option(
            "--config",
            None,
            _config,
            type=click.Path(),
            metavar="FILE",
            help="The project file (else found upwards).",
        ),
        _option(
            "--color", None, _colour, type=click.Choice(["auto", "always", "never"]), help="Colour the output (auto)."
        ),
    ]


def _option(name: str, longer: str | None, take: Callable[[Context, Any], None], **details: Any) -> click.Option:
    def given(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value:  # not given here says nothing: it may stand in the other place
            take(ctx.obj, value)

    return click.Option([name, longer] if longer else [name], callback=given, expose_value=False, **details)


def _verbose(app: Context, times: int) -> None:
    app.console.verbosity = max(0, app.console.verbosity) + times


def _quiet(app: Context, _: bool) -> None:
    app.console.verbosity = -1


def _config(app: Context, file: str) -> None:
    from pathlib import Path  # noqa: PLC0415 - --help must not pay for it

    app.config = Path(file)


def _colour(app: Context, when: str) -> None:
    app.console.colour = when
