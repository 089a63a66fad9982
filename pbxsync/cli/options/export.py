"""What `pbxsync export` takes."""

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import PATH, REQUESTS, completed_by

command = Command(
    "export",
    [
        click.Argument(["tenants"], nargs=-1, metavar="[TENANT]...", shell_complete=completed_by("tenants")),
        click.Option(["--out"], type=PATH, metavar="DIR", help="Write DIR/TENANT.yaml for each tenant."),
        click.Option(
            ["--tenant-list"],
            type=PATH,
            metavar="FILE",
            help="Also export the tenants in FILE, one code a line.",
        ),
        click.Option(
            ["--merge"],
            is_flag=True,
            help="Append unmanaged destinations to the existing files; change nothing else.",
        ),
        click.Option(["--force"], is_flag=True, help="Overwrite files that were edited or not written by export."),
        *REQUESTS,
    ],
    """Write all live destinations as tenant files, sorted, with the same bytes every time.

    One tenant goes to standard output, or into a file with --out. A `plan` right after an export says "No changes".""",
    "pbxsync export DEMO",
    "pbxsync export DEMO ACME --out tenants/",
    "pbxsync export --merge",
)
