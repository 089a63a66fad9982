"""What `pbxsync doctor` takes."""

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import PATHS, REQUESTS, TENANTS, TEXT_OR_JSON

command = Command(
    "doctor",
    [
        PATHS,
        TENANTS,
        click.Option(["--all", "everything"], is_flag=True, help="Ask every tenant instead of a sample."),
        TEXT_OR_JSON,
        *REQUESTS,
    ],
    """Check everything that a plan needs, one line each: project, url, keys, tenants, how the PBX answers.

    Sends only reads.""",
    "pbxsync doctor --tenant DEMO",
)
