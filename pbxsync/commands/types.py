"""`pbxsync types`: the custom destination types of a PBX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.cli.checks import check_format
from pbxsync.cli.load import load_project
from pbxsync.cli.stages import request_limits
from pbxsync.errors import UsageError
from pbxsync.render.types import as_json, as_text
from pbxsync.session import endpoint, reader
from pbxsync.tenants.discover import tenant_codes
from pbxsync.tenants.table_file import table_codes

if TYPE_CHECKING:
    from pbxsync.cli.context import Context
    from pbxsync.project import Project

FORMATS = ("text", "json")


def run(context: Context, *, tenant: str | None, fmt: str) -> int:
    """List the types, which are the same for every tenant: `tenant` only selects the key."""
    check_format(fmt, FORMATS)
    project = load_project(context)
    code = tenant or _first_tenant(project)
    with endpoint(project) as where, reader(where, request_limits(context, project), context.redactor) as pbx:
        types = pbx.custom_types(code)
    context.console.result(as_json(types, project) if fmt == "json" else as_text(types, project))
    return 0


def _first_tenant(project: Project) -> str:
    for code in (*(code for code, _ in tenant_codes(project.tenants)), *table_codes(project.tables)):
        return code
    raise UsageError("no TENANT given and no tenant file to take one from: name one, as in `pbxsync types DEMO`")
