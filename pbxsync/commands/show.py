"""`pbxsync show`: renders saved plans, several as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.cli.checks import check_format
from pbxsync.cli.show import show_plan
from pbxsync.planfile import combine, load, why_partial
from pbxsync.render import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.context import Context


def run(context: Context, *, plans: tuple[Path, ...], fmt: str, view: str, marker: str, artifact: str) -> int:
    """Show saved plans as one; whether they are stale is not checked."""
    check_format(fmt, list(FORMATS))
    loaded = [(str(path), load(path)) for path in plans]
    if reason := why_partial(loaded):
        context.console.warning(f"{reason}: apply refuses them without --partial")
    show_plan(context, combine(loaded, partial=True), fmt, view, marker, artifact)
    return 0
