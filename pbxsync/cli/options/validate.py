"""What `pbxsync validate` takes."""

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import ANNOTATE, PATHS, TENANTS

command = Command(
    "validate",
    [PATHS, TENANTS, ANNOTATE],
    """Check the tenant files and tables of PATHS without a PBX: report every problem of every file, with its place.

    Default PATHS: those of the project file, or tenants/.""",
    "pbxsync validate tenants/",
)
