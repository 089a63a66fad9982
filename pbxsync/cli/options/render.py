"""What `pbxsync render` takes."""

import click

from pbxsync.cli.command import Command
from pbxsync.cli.options.shared import ANNOTATE, PATH, PATHS, TENANTS

command = Command(
    "render",
    [
        PATHS,
        TENANTS,
        click.Option(["--out"], type=PATH, metavar="DIR", help="Write DIR/TENANT.yaml for each tenant."),
        ANNOTATE,
    ],
    """Print what PATHS say as tenant files without profiles and tables: several tenants as several YAML documents.

    The files of --out load to the same destinations as those that they come from. References such as ${VARIABLE} stay
    references. Default PATHS: those of the project file, or tenants/.""",
    "pbxsync render tenants/hansen.yaml",
    "pbxsync render --out rendered/",
)
