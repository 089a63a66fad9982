"""`pbxsync completion`: the script by which a shell completes command lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pbxsync.cli.context import Context


@click.command(epilog="Example: pbxsync completion fish > ~/.config/fish/completions/pbxsync.fish")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the script that lets a shell complete command lines: commands, options, paths, tenants, requests.

    For bash and zsh, put `eval "$(pbxsync completion SHELL)"` into ~/.bashrc or ~/.zshrc; for fish, write the script to
    ~/.config/fish/completions/pbxsync.fish.
    """
    from pbxsync.cli.shells import SHELLS, VARIABLE  # noqa: PLC0415 - --help must not pay for it

    app: Context = ctx.obj
    script = SHELLS[shell](ctx.find_root().command, {}, "pbxsync", VARIABLE).source()
    app.console.result(script.removesuffix("\n"))
    return 0
