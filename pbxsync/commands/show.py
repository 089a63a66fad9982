"""`pbxsync show`: renders saved plans, several as one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pbxsync.cli.checks import check_format
from pbxsync.planfile import combine, load
from pbxsync.render import FORMATS, Options, render

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.context import Context


def run(context: Context, *, plans: tuple[Path, ...], fmt: str) -> int:
    """Show saved plans as one; whether they are stale is not checked."""
    check_format(fmt, list(FORMATS))
    plan = combine([(str(path), load(path)) for path in plans])
    options = Options(max(0, context.verbosity), context.console.coloured(sys.stdout), context.console.width)
    context.console.result(render(plan, fmt, options))
    return 0
