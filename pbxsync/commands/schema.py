"""`pbxsync schema`: JSON Schema of the tenant file or the project file, for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.cli.load import load_project
from pbxsync.schemas.project_file import project_schema
from pbxsync.schemas.tenant_file import tenant_schema
from pbxsync.text.sanitize import json_text

if TYPE_CHECKING:
    from pbxsync.cli.context import Context


def run(context: Context, *, of: str) -> int:
    """Print a JSON Schema; that of tenant files has the labels of this project's types."""
    schema = tenant_schema(load_project(context)) if of == "tenant" else project_schema()
    context.console.result(json_text(schema))
    return 0
