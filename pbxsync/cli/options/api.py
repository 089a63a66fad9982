"""What `pbxsync api` takes."""

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import PATH, REQUEST, completed_by

command = Command(
    "api",
    [
        click.Argument(["reqtype"], required=False, shell_complete=completed_by("reqtypes")),
        click.Argument(["words"], nargs=-1, metavar="[NAME=VALUE]...", shell_complete=completed_by("parameters")),
        click.Option(["--write"], is_flag=True, help="Send a request that is not known to be a read; write key."),
        click.Option(["--out"], type=PATH, metavar="FILE", help="Save the reply in FILE."),
        click.Option(
            ["--json", "jsondata"],
            metavar="@FILE|-|TEXT",
            help="The jsondata of a write: a file, standard input, or text.",
        ),
        click.Option(["--list", "listing"], is_flag=True, help="List all operations, with an example each."),
        *REQUEST,
    ],
    """Send one request of the API, with the key of the project. Anything not known to be a read needs --write.""",
    "pbxsync api INFO info=CDRS tenant=DEMO start=2017-01-01 end=2017-02-01",
)
