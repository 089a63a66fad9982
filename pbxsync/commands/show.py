"""`pbxsync show`: renders saved plans, several as one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pbxsync.cli.options import check_format, format_option

if TYPE_CHECKING:
    from pbxsync.cli.context import Context


@click.command(epilog="Example: pbxsync show change.plan --format json")
@click.argument("plans", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@click.pass_obj
def command(app: Context, plans: tuple[Path, ...], fmt: str) -> int:
    """Show saved plans, several as one; a stale one too."""
    from pbxsync.planfile import join, load  # noqa: PLC0415 - --help must not pay for it
    from pbxsync.render import FORMATS, Options, render  # noqa: PLC0415 - as above

    check_format(fmt, list(FORMATS))
    plan = join([(str(path), load(path)) for path in plans])
    options = Options(max(0, app.verbosity), app.console.coloured(sys.stdout), app.console.width)
    app.console.result(render(plan, fmt, options))
    return 0
