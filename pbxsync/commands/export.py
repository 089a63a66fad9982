"""`pbxsync export`: live destinations as tenant files."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pbxsync.cli import completion
from pbxsync.cli.options import Named, limits_of, project_of, request_options
from pbxsync.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pbxsync.cli.context import Context
    from pbxsync.cli.options import Bounds
    from pbxsync.export.exporter import Done, Exporter
    from pbxsync.project import Project
    from pbxsync.session import Limits
from pbxsync.text.words import first_names

#: Of tenants that failed for one reason, so many are named.
_NAMED = 5


@click.command(
    epilog="Examples: pbxsync export DEMO;  pbxsync export DEMO ACME --out tenants/;  pbxsync export --merge"
)
@click.argument("tenants", nargs=-1, metavar="[TENANT]...", shell_complete=completion.tenants)
@click.option("--out", type=Named(), metavar="DIR", help="Write DIR/TENANT.yaml for each tenant.")
@click.option("--tenant-list", type=click.Path(path_type=Path), metavar="FILE", help="More tenants, one a line.")
@click.option("--merge", is_flag=True, help="Add what no file manages to the files that there are, and only that.")
@click.option("--force", is_flag=True, help="Overwrite files that export did not write, or that have changed since.")
@request_options
@click.pass_obj
def command(
    app: Context,
    tenants: tuple[str, ...],
    out: Path | None,
    tenant_list: Path | None,
    merge: bool,
    force: bool,
    bounds: Bounds,
) -> int:
    """Write live destinations as tenant files, all of them, sorted, the same bytes every time.

    One tenant goes to the standard output, or with --out into a file; `plan` right after says "No changes".
    """
    from pbxsync.export.tenant_list import read_tenant_list, unique_codes  # noqa: PLC0415 - --help must not pay for it

    codes = unique_codes([*tenants, *(read_tenant_list(tenant_list) if tenant_list is not None else ())])
    if merge and force:
        raise UsageError("--merge overwrites nothing, so there is nothing to --force")
    if not codes and not merge:
        raise UsageError("which TENANT? For instance `pbxsync export DEMO`")
    if len(codes) > 1 and out is None and not merge:
        raise UsageError("several tenants need --out DIR, for a file each")
    project = project_of(app, [out] if out is not None else ())
    limits = limits_of(app, project, bounds)
    if merge:
        return _merge(app, project, limits, codes, out)
    return _print(app, project, limits, codes[0]) if out is None else _write(app, project, limits, codes, out, force)


def _print(app: Context, project: Project, limits: Limits, tenant: str) -> int:
    with _exporter(app, project, limits, [tenant]) as exporter:
        # In the crew, so that the gets go side by side.
        (found,) = exporter.workers.map(exporter.text, [tenant])
    for warning in found.warnings:
        app.console.warning(warning)
    app.console.result(found.text.removesuffix("\n"))
    return 0


def _write(app: Context, project: Project, limits: Limits, codes: Sequence[str], out: Path, force: bool) -> int:
    from pbxsync.disk.atomic import reason  # noqa: PLC0415 - --help must not pay for it
    from pbxsync.disk.read import display  # noqa: PLC0415 - as above
    from pbxsync.export.tenant_list import check_no_other_file  # noqa: PLC0415 - as above

    check_no_other_file(codes, out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {display(str(out))}: {reason(error)}") from None
    with _exporter(app, project, limits, codes) as exporter:
        return _each(app, exporter, exporter.into(out, force=force), codes)


def _merge(app: Context, project: Project, limits: Limits, codes: Sequence[str], out: Path | None) -> int:
    from pbxsync.export.tenant_list import check_has_file  # noqa: PLC0415 - as above
    from pbxsync.tenants.discover import tenant_files  # noqa: PLC0415 - as above
    from pbxsync.tenants.load import load  # noqa: PLC0415 - --help must not pay for it

    folders = (out,) if out is not None else project.tenants
    desired = load(folders, project)
    check_has_file(codes, desired.tenants)
    codes = codes or desired.tenants
    with _exporter(app, project, limits, codes) as exporter:
        return _each(app, exporter, exporter.merging(desired, dict(tenant_files(folders)[0])), codes)


@contextmanager
def _exporter(app: Context, project: Project, limits: Limits, codes: Sequence[str]) -> Iterator[Exporter]:
    from pbxsync.cli.stages import check_keys, describe, traffic  # noqa: PLC0415 - --help must not pay for it
    from pbxsync.export.exporter import Exporter  # noqa: PLC0415 - as above
    from pbxsync.live.types import TypeSource  # noqa: PLC0415 - as above
    from pbxsync.session import endpoint, reader  # noqa: PLC0415 - as above
    from pbxsync.workers import WorkerPool  # noqa: PLC0415 - as above

    begun = time.monotonic()
    with endpoint(project) as where, reader(where, limits, app.redactor) as pbx, WorkerPool(limits.parallel) as workers:
        check_keys(project, where, codes)
        yield Exporter(pbx, workers, TypeSource(pbx.custom_types), project)
        if app.verbosity > 0:
            app.console.note(describe(traffic(pbx, (("export", time.monotonic() - begun),))))


def _each(app: Context, exporter: Exporter, one: Callable[[str], Done], codes: Sequence[str]) -> int:
    """Export each tenant, several side by side, and say what became of them."""
    from pbxsync.cli.console import ProgressBar  # noqa: PLC0415 - --help must not pay for it

    with ProgressBar(app.console, "Exporting", len(codes)) as bar:

        def counted(tenant: str) -> Done:
            done = one(tenant)
            bar.done()
            return done

        ended = exporter.workers.map(counted, codes, bar.tick)
    return _report(app, ended)


def _report(app: Context, ended: Sequence[Done]) -> int:
    """Say what became of each tenant, and of those that failed for one reason together; return the exit status."""
    failed: dict[str, list[str]] = {}
    for each in ended:
        for warning in each.warnings:
            app.console.warning(warning)
        if each.error is not None:
            failed.setdefault(each.error, []).append(each.tenant)
    for error, tenants in failed.items():
        app.console.error(f"{first_names(tenants, _NAMED)} failed: {error}")
    wrote, wrong = sum(each.wrote is not None for each in ended), sum(each.error is not None for each in ended)
    app.console.note(f"{wrote:,} written, {len(ended) - wrote - wrong:,} unchanged, {wrong:,} failed")
    return 1 if failed else 0
