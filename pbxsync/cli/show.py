"""Writes a plan to standard output, in any format."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pbxsync.render import Options, render

if TYPE_CHECKING:
    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan


def show_plan(context: Context, plan: Plan, fmt: str = "text", view: str = "auto") -> None:
    """Write a plan as `fmt`, as wide and in colour as standard output allows."""
    console = context.console
    options = Options(max(0, context.verbosity), console.coloured(sys.stdout), console.width, view=view)
    console.result(render(plan, fmt, options))
