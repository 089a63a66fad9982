"""What `pbxsync plan` takes."""

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import (
    ANNOTATE,
    ARTIFACT,
    MARKER,
    PATH,
    PATHS,
    PLAN_FORMAT,
    PLAN_VIEW,
    REQUESTS,
    TENANTS,
)

command = Command(
    "plan",
    [
        PATHS,
        TENANTS,
        PLAN_FORMAT,
        PLAN_VIEW,
        MARKER,
        ARTIFACT,
        click.Option(
            ["--out"],
            type=PATH,
            metavar="FILE",
            help="Save the plan for `pbxsync apply FILE`.",
        ),
        click.Option(["--detailed-exitcode"], is_flag=True, help="Exit with 2 if there are changes."),
        click.Option(
            ["--unmanaged"],
            type=click.Choice(["fail", "warn", "ignore"]),
            default="ignore",
            show_default=True,
            help="What to do about live destinations that are in no file.",
        ),
        click.Option(["--shard"], metavar="I/N", help="Plan only the I-th of N equal parts of the tenants."),
        click.Option(
            ["--since"],
            metavar="REF",
            help="Plan only what changes since the branch left REF, for example origin/main.",
        ),
        ANNOTATE,
        *REQUESTS,
    ],
    """Show what apply would change. Sends only reads.

    PATHS are tenant files, folders of them and tables (default: those of the project file, or tenants/).""",
    "pbxsync plan tenants/ --tenant 'AC*' --out change.plan",
)
