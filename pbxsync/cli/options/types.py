"""What `pbxsync types` takes."""

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import REQUEST, TEXT_OR_JSON, completed_by

command = Command(
    "types",
    [
        click.Argument(["tenant"], required=False, shell_complete=completed_by("tenants")),
        TEXT_OR_JSON,
        *REQUEST,
    ],
    """List the custom destination types, with the labels that the project gives their params.

    Types are the same for every tenant. TENANT selects the key to use (default: the first tenant in the files). Types
    without labels are also printed as a block for pbxsync.yaml.""",
    "pbxsync types DEMO",
)
