"""`pbxsync plan`: shows what apply would change."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pbxsync.cli.annotate import annotate_option
from pbxsync.cli.options import (
    check_format,
    check_out,
    format_option,
    limits_of,
    load_desired,
    only_tenant_paths,
    paths_argument,
    project_of,
    request_options,
    tenant_option,
)
from pbxsync.cli.stages import plan_stage
from pbxsync.planning import shards
from pbxsync.session import endpoint
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from pbxsync.cli.context import Context
    from pbxsync.cli.options import Bounds
    from pbxsync.model.plan import Plan


@click.command(epilog="Example: pbxsync plan tenants/ --tenant 'AC*' --out change.plan")
@paths_argument
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Save the plan for `pbxsync apply FILE`.")
@format_option
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes.")
@click.option(
    "--unmanaged",
    type=click.Choice(["fail", "warn", "ignore"]),
    default="ignore",
    show_default=True,
    help="What to make of live destinations in no file: exit with 1, or a warning.",
)
@tenant_option
@annotate_option
@click.option("--shard", metavar="I/N", help="Only the I-th of N equal parts of the tenants, for a CI matrix.")
@request_options
@click.pass_obj
def command(
    app: Context,
    paths: tuple[Path, ...],
    out: Path | None,
    fmt: str,
    detailed_exitcode: bool,
    unmanaged: str,
    tenants: tuple[str, ...],
    shard: str | None,
    bounds: Bounds,
) -> int:
    """Show what apply would change. Sends reads only.

    PATHS are tenant files and folders of them; where none is given, those that the project file names, or tenants/.
    """
    from pbxsync.render import FORMATS, Options, render  # noqa: PLC0415 - --help must not pay for it

    check_format(fmt, list(FORMATS))
    check_out(out)
    part = shards.parse(shard) if shard is not None else None
    found = only_tenant_paths(paths)
    project = project_of(app, found)
    desired = load_desired(app, project, found, tenants)
    with endpoint(project) as where:
        plan = plan_stage(app, project, desired, where, limits_of(app, project, bounds), part)
    app.console.result(
        render(plan, fmt, Options(max(0, app.verbosity), app.console.coloured(sys.stdout), app.console.width))
    )
    if out is not None:
        _save(app, plan, out)
    found_by_hand = _tell_unmanaged(app, plan, unmanaged)
    if not plan.complete or (found_by_hand and unmanaged == "fail"):
        return 1
    return 2 if detailed_exitcode and plan.summary.changes else 0


def _tell_unmanaged(app: Context, plan: Plan, how: str) -> bool:
    """Say, as it was asked for, that there are live destinations in no file; return whether there are."""
    if how == "ignore" or not plan.summary.unmanaged:
        return False
    from pbxsync.planning.drift import unmanaged  # noqa: PLC0415 - only where it is asked for

    (app.console.error if how == "fail" else app.console.warning)(unmanaged(plan))
    return True


def _save(app: Context, plan: Plan, out: Path) -> None:
    from pbxsync.planfile import save  # noqa: PLC0415 - only with --out

    save(plan, out)
    app.console.note(f"Saved. To do exactly this: pbxsync apply {sanitize(shlex.quote(str(out)))}")
