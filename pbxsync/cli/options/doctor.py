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
        click.Option(["--reads-only"], is_flag=True, help="Send only reads: does not find out what each key may do."),
        TEXT_OR_JSON,
        *REQUESTS,
    ],
    """Check everything that a plan needs, one line each: project, url, keys, tenants, how the PBX answers.

    Nothing is written. To find out whether a key may write, doctor sends an update without a field or an object, which
    the PBX refuses for a read-only key. --reads-only skips that.""",
    "pbxsync doctor --tenant DEMO",
)
