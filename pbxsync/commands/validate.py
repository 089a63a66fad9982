"""`pbxsync validate`: checks the tenant files, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pbxsync.cli.annotate import annotate_option
from pbxsync.cli.options import load_desired, only_tenant_paths, paths_argument, project_of, tenant_option, warn

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.context import Context


@click.command(epilog="Example: pbxsync validate tenants/")
@paths_argument
@tenant_option
@annotate_option
@click.pass_obj
def command(app: Context, paths: tuple[Path, ...], tenants: tuple[str, ...]) -> int:
    """Check the tenant files below PATHS, offline: every problem of every file, with its place.

    Where no PATH is given, those that the project file names, or tenants/.
    """
    from pbxsync.tenants.checks import misspelled_types  # noqa: PLC0415 - --help must not pay for it
    from pbxsync.text.words import plural  # noqa: PLC0415 - as above

    found = only_tenant_paths(paths)
    project = project_of(app, found)
    desired = load_desired(app, project, found, tenants)
    warn(app, misspelled_types(desired, project))
    counts = (
        plural(desired.destinations, "destination"),
        plural(len(desired.tenants), "tenant"),
        plural(desired.files, "file"),
    )
    app.console.result(f"Valid: {counts[0]} of {counts[1]} in {counts[2]}.")
    return 0
