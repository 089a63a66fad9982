"""What `pbxsync revert` takes."""

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.apply import APPLY
from pbxsync.cli.options.shared import PATH, REQUESTS

command = Command(
    "revert",
    [
        click.Argument(["journal_read"], metavar="JOURNAL", type=PATH),
        click.Option(
            ["--out"],
            type=PATH,
            metavar="FILE",
            help="Save the revert as a plan; write nothing.",
        ),
        click.Option(["--force"], is_flag=True, help="Also overwrite values that have changed since the apply."),
        *APPLY,
        *REQUESTS,
    ],
    """Put back what the apply that wrote JOURNAL changed. Added destinations stay: pbxsync never deletes.""",
    "pbxsync revert .pbxsync/journal/20260102T030405Z-a1b2c3.jsonl",
)
