"""What `pbxsync apply` takes."""

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import APPLY, PATHS, REQUESTS, TENANTS

command = Command(
    "apply",
    [PATHS, TENANTS, *APPLY, *REQUESTS],
    """Change the PBX to match the files below PATHS, or do exactly what saved plans say.

    PATHS are tenant files and folders of them, or saved plans (default: the tenant files of the project file, or
    tenants/).""",
    "pbxsync apply tenants/ --tenant ACME",
    "pbxsync apply change.plan",
)
