"""Writes a plan to standard output, in any format, or as text to standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pbxsync.render import Options, render

if TYPE_CHECKING:
    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan


def show_plan(
    context: Context, plan: Plan, fmt: str = "text", view: str = "auto", marker: str = "", artifact: str = ""
) -> None:
    """Write a plan as `fmt`, as wide and in colour as standard output allows."""
    console = context.console
    options = Options(max(0, context.verbosity), console.coloured(sys.stdout), console.width, marker, view, artifact)
    console.result(render(plan, fmt, options))


def show_aside(context: Context, plan: Plan) -> None:
    """Write a plan as text to standard error, because standard output is for another result."""
    console = context.console
    options = Options(max(0, context.verbosity), console.coloured(sys.stderr), console.width_of(sys.stderr))
    console.aside(render(plan, "text", options))
