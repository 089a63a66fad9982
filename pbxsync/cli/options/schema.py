"""What `pbxsync schema` takes."""

import click

from pbxsync.cli.command import Command

command = Command(
    "schema",
    [click.Argument(["of"], type=click.Choice(["tenant", "profile", "project"]), default="tenant")],
    """Print the JSON Schema (2020-12) of tenant files, of profiles, or of project files.

    Those of tenant files and profiles have the labels of this project's types; that of tenant files has the inputs of its
    profiles.

    In an editor with a YAML extension, begin a file with:

    # yaml-language-server: $schema=../.pbxsync/tenant.schema.json""",
    "pbxsync schema > .pbxsync/tenant.schema.json",
)
