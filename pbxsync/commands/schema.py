"""`pbxsync schema`: JSON Schema of the tenant file or the project file, for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pbxsync.cli.options import project_of
from pbxsync.text.sanitize import json_text

if TYPE_CHECKING:
    from pbxsync.cli.context import Context


@click.command(epilog="Example: pbxsync schema > .pbxsync/tenant.schema.json")
@click.argument("of", type=click.Choice(["tenant", "project"]), default="tenant")
@click.pass_obj
def command(app: Context, of: str) -> int:
    """Print the JSON Schema (2020-12) of tenant files, with the labels of this project's types, or of project files.

    With the YAML extension of an editor, begin a file with:

    # yaml-language-server: $schema=../.pbxsync/tenant.schema.json
    """
    from pbxsync.schemas.project_file import project_schema  # noqa: PLC0415 - as above
    from pbxsync.schemas.tenant_file import tenant_schema  # noqa: PLC0415 - only one of the two is needed

    app.console.result(json_text(tenant_schema(project_of(app)) if of == "tenant" else project_schema()))
    return 0
