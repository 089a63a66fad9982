"""What `pbxsync show` takes."""

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import MARKER, PATH, PLAN_FORMAT, PLAN_VIEW

command = Command(
    "show",
    [click.Argument(["plans"], nargs=-1, required=True, type=PATH), PLAN_FORMAT, PLAN_VIEW, MARKER],
    """Show a saved plan, or several as one. Does not check whether a plan is stale.""",
    "pbxsync show change.plan --format json",
)
