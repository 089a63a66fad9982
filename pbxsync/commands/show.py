"""`pbxsync show`: renders saved plans, several as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.cli.checks import check_format
from pbxsync.cli.show import show_plan
from pbxsync.planfile import combine, load
from pbxsync.render import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.context import Context


def run(context: Context, *, plans: tuple[Path, ...], fmt: str) -> int:
    """Show saved plans as one; whether they are stale is not checked."""
    check_format(fmt, list(FORMATS))
    plan = combine([(str(path), load(path)) for path in plans])
    show_plan(context, plan, fmt)
    return 0
