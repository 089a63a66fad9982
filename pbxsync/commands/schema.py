"""`pbxsync schema`: JSON Schema of tenant files, profiles or the project file, for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.cli.load import load_project
from pbxsync.schemas.profile_file import profile_schema
from pbxsync.schemas.project_file import project_schema
from pbxsync.schemas.tenant_file import tenant_schema
from pbxsync.tenants.profiles import known_profiles
from pbxsync.text.sanitize import json_text

if TYPE_CHECKING:
    from pbxsync.cli.context import Context


def run(context: Context, *, of: str) -> int:
    """Print a JSON Schema; those of tenant files and profiles have the labels of this project's types."""
    if of == "project":
        schema = project_schema()
    else:
        project = load_project(context)
        schema = profile_schema(project) if of == "profile" else tenant_schema(project, known_profiles(project))
    context.console.result(json_text(schema))
    return 0
