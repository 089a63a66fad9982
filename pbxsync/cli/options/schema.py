"""What `pbxsync schema` takes."""

import click

from pbxsync.cli.command import Command

command = Command(
    "schema",
    [click.Argument(["of"], type=click.Choice(["tenant", "project"]), default="tenant")],
    """Print the JSON Schema (2020-12) of tenant files, with the labels of this project's types, or of project files.

    In an editor with a YAML extension, begin a file with:

    # yaml-language-server: $schema=../.pbxsync/tenant.schema.json""",
    "pbxsync schema > .pbxsync/tenant.schema.json",
)
