"""`pbxsync completion`: the script by which a shell completes command lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pbxsync.cli.shells import SHELLS, VARIABLE

if TYPE_CHECKING:
    from pbxsync.cli.context import Context


def run(context: Context, *, shell: str) -> int:
    """Print the script of a shell."""
    root = click.get_current_context().find_root().command
    script = SHELLS[shell](root, {}, "pbxsync", VARIABLE).source()
    context.console.result(script.removesuffix("\n"))
    return 0
