"""What `pbxsync completion` takes."""

import click

from pbxsync.cli.command import Command

command = Command(
    "completion",
    [click.Argument(["shell"], type=click.Choice(["bash", "zsh", "fish"]))],
    """Print the script that lets a shell complete commands, options, paths, tenants and requests.

    bash and zsh: add `eval "$(pbxsync completion SHELL)"` to ~/.bashrc or ~/.zshrc. fish: write the script to
    ~/.config/fish/completions/pbxsync.fish.""",
    "pbxsync completion fish > ~/.config/fish/completions/pbxsync.fish",
)
