"""`pbxsync doctor`: what would stop a plan, and what to do about it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from pbxsync.cli.completion import formats
from pbxsync.cli.options import (
    check_format,
    limits_of,
    only_tenant_paths,
    paths_argument,
    project_of,
    request_options,
    tenant_option,
)
from pbxsync.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.cli.options import Bounds
    from pbxsync.doctor.check import Check
    from pbxsync.doctor.doctor import Scope

FORMATS = ("text", "json")
_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red")}


@click.command(epilog="Example: pbxsync doctor --tenant DEMO")
@paths_argument
@tenant_option
@click.option("--all", "everything", is_flag=True, help="Ask every tenant, not a sample of them.")
@click.option("--reads-only", is_flag=True, help="Send reads alone: what kind each key is stays untold.")
@click.option("--format", "fmt", default="text", metavar="text|json", help="How to show it.", shell_complete=formats)
@request_options
@click.pass_obj
def command(
    app: Context,
    paths: tuple[Path, ...],
    tenants: tuple[str, ...],
    everything: bool,
    reads_only: bool,
    fmt: str,
    bounds: Bounds,
) -> int:
    """Look at all that a plan needs, one line each: project, url, keys, tenants, how the PBX answers.

    Nothing is written. Whether a key may write is told from an update of no field of no object, which a read-only key is
    refused; --reads-only leaves that out.
    """
    from pbxsync.doctor.doctor import Scope  # noqa: PLC0415 - --help must not pay for it

    check_format(fmt, FORMATS)
    scope = Scope(only_tenant_paths(paths), tenants, everything, reads_only)
    found = []
    for check in _checks(app, scope, bounds):
        found.append(check)
        if fmt == "text":
            app.console.result(_line(app, check))
    fine = not any(check.mark.value == "failed" for check in found)
    if fmt == "json":
        app.console.result(_document(found, fine=fine))
    return 0 if fine else 1


def _checks(app: Context, scope: Scope, bounds: Bounds) -> Iterator[Check]:
    from pbxsync.cli.console import ProgressBar  # noqa: PLC0415 - --help must not pay for it
    from pbxsync.doctor.check import bad  # noqa: PLC0415 - as above
    from pbxsync.doctor.doctor import Doctor  # noqa: PLC0415 - as above

    try:
        project = project_of(app, scope.paths)
    except ProjectError as error:
        yield from (bad("project", str(problem)) for problem in error.problems)
        return
    limits = limits_of(app, project, bounds)
    yield from Doctor(project, scope, limits, app.redactor, partial(ProgressBar, app.console)).examine()


def _line(app: Context, check: Check) -> str:
    from pbxsync.render.style import painter  # noqa: PLC0415 - as above
    from pbxsync.text.sanitize import sanitize  # noqa: PLC0415 - --help must not pay for it

    mark, style = _MARKS[check.mark.value]
    paint = painter(colour=app.console.coloured(sys.stdout))
    return f"{paint(mark, style)} {sanitize(check.message)}"


def _document(checks: list[Check], *, fine: bool) -> str:
    from pbxsync.text.sanitize import json_text  # noqa: PLC0415 - --help must not pay for it

    rows = [{"check": check.name, "status": check.mark.value, "message": check.message} for check in checks]
    return json_text({"ok": fine, "checks": rows})
