"""What `pbxsync show` takes."""

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import ARTIFACT, MARKER, PATH, PLAN_FORMAT, PLAN_VIEW

command = Command(
    "show",
    [click.Argument(["plans"], nargs=-1, required=True, type=PATH), PLAN_FORMAT, PLAN_VIEW, MARKER, ARTIFACT],
    """Show a saved plan, or several as one. Does not check whether a plan is stale.""",
    "pbxsync show change.plan --format json",
)
