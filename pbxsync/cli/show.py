"""Writes a plan to standard output, in any format."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pbxsync.render import Options, render

if TYPE_CHECKING:
    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan


def show_plan(context: Context, plan: Plan, fmt: str = "text") -> None:
    """Write a plan as `fmt`, as wide and in colour as standard output allows."""
    options = Options(max(0, context.verbosity), context.console.coloured(sys.stdout), context.console.width)
    context.console.result(render(plan, fmt, options))
