"""`pbxsync types`: the custom destination types of a PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pbxsync.cli.completion import formats, tenants
from pbxsync.cli.options import check_format, limits_of, patience_options, project_of
from pbxsync.errors import UsageError
from pbxsync.session import endpoint, reader

if TYPE_CHECKING:
    from pbxsync.cli.context import Context
    from pbxsync.cli.options import Bounds
    from pbxsync.project import Project

FORMATS = ("text", "json")


@click.command(epilog="Example: pbxsync types DEMO")
@click.argument("tenant", required=False, shell_complete=tenants)
@click.option("--format", "fmt", default="text", metavar="text|json", help="How to show them.", shell_complete=formats)
@patience_options
@click.pass_obj
def command(app: Context, tenant: str | None, fmt: str, bounds: Bounds) -> int:
    """List the custom destination types, with the labels that the project gives their params.

    They are the same for every tenant; TENANT is whose key asks, the first one of the files where it is left out. Types
    without labels come as a block for pbxsync.yaml too.
    """
    from pbxsync.render.types import as_json, as_text  # noqa: PLC0415 - --help must not pay for it

    check_format(fmt, FORMATS)
    project = project_of(app)
    asking = tenant or _first_tenant(project)
    with endpoint(project) as where, reader(where, limits_of(app, project, bounds), app.redactor) as pbx:
        types = pbx.custom_types(asking)
    app.console.result(as_json(types, project) if fmt == "json" else as_text(types, project))
    return 0


def _first_tenant(project: Project) -> str:
    from pbxsync.tenants.discover import tenant_codes  # noqa: PLC0415 - only where none is named

    for code, _ in tenant_codes(project.tenants):
        return code
    raise UsageError("which TENANT? There is no tenant file to take one from; for instance `pbxsync types DEMO`")
