"""`pbxsync validate`: checks the tenant files, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.cli.checks import check_tenant_paths
from pbxsync.cli.load import load_desired, load_project, warn
from pbxsync.document.problems import show_key
from pbxsync.tenants.checks import misspelled_types
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.context import Context


def run(context: Context, *, paths: tuple[Path, ...], tenants: tuple[str, ...]) -> int:
    """Load the tenant files, which raises FilesError with every problem, and say what they hold."""
    check_tenant_paths(paths)
    project = load_project(context, paths)
    desired = load_desired(context, project, paths, tenants)
    warn(context, misspelled_types(desired, project))
    destinations, codes = plural(desired.destinations, "destination"), plural(len(desired.tenants), "tenant")
    lines = [f"Valid: {destinations} of {codes} in {plural(desired.files, 'file')}."]
    lines += [f"Profile {show_key(name)}: {plural(users, 'tenant')}." for name, users in desired.profiles.items()]
    context.console.result("\n".join(lines))
    return 0
