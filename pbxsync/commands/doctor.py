"""`pbxsync doctor`: what would stop a plan, and what to do about it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from pbxsync.cli.checks import check_format, check_tenant_paths
from pbxsync.cli.load import load_project
from pbxsync.cli.progress import ProgressBar
from pbxsync.cli.stages import request_limits
from pbxsync.doctor.check import Status, failed
from pbxsync.doctor.doctor import Doctor, Scope
from pbxsync.errors import ProjectError
from pbxsync.render.style import painter
from pbxsync.text.sanitize import json_text, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.doctor.check import Check

FORMATS = ("text", "json")
_MARKS = {Status.OK: ("✓", "green"), Status.WARNING: ("!", "yellow"), Status.FAILED: ("✗", "red")}


def run(
    context: Context,
    *,
    paths: tuple[Path, ...],
    tenants: tuple[str, ...],
    everything: bool,
    fmt: str,
) -> int:
    """Show each check as soon as it is done; return 1 if one failed."""
    check_format(fmt, FORMATS)
    check_tenant_paths(paths)
    paint = painter(colour=context.console.coloured(sys.stdout))
    checks = []
    for check in _checks(context, Scope(paths, tenants, everything)):
        checks.append(check)
        if fmt == "text":
            mark, style = _MARKS[check.status]
            context.console.result(f"{paint(mark, style)} {sanitize(check.message)}")
    passed = all(check.status is not Status.FAILED for check in checks)
    if fmt == "json":
        rows = [{"check": check.name, "status": check.status.value, "message": check.message} for check in checks]
        context.console.result(json_text({"ok": passed, "checks": rows}))
    return 0 if passed else 1


def _checks(context: Context, scope: Scope) -> Iterator[Check]:
    try:
        project = load_project(context, scope.paths)
    except ProjectError as error:
        yield from (failed("project", str(problem)) for problem in error.problems)
        return
    progress = partial(ProgressBar, context.console)
    yield from Doctor(project, scope, request_limits(context, project), context.redactor, progress).checks()
