"""`pbxsync export`: live destinations as tenant files."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pbxsync.cli.load import load_project
from pbxsync.cli.progress import ProgressBar
from pbxsync.cli.stages import check_keys, describe, request_limits, traffic
from pbxsync.disk.atomic import reason
from pbxsync.disk.read import display
from pbxsync.errors import UsageError
from pbxsync.export.exporter import Exporter
from pbxsync.export.tenant_list import check_has_file, check_no_other_file, read_tenant_list, unique_codes
from pbxsync.live.types import TypeSource
from pbxsync.session import endpoint, reader
from pbxsync.tenants.discover import tenant_files
from pbxsync.tenants.load import load
from pbxsync.text.words import first_names
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from pbxsync.cli.context import Context
    from pbxsync.export.exporter import Done
    from pbxsync.project import Project
    from pbxsync.session import RequestLimits

#: Of tenants that failed for one reason, so many are named.
_NAMED = 5


def run(
    context: Context,
    *,
    tenants: tuple[str, ...],
    out: Path | None,
    tenant_list: Path | None,
    merge: bool,
    force: bool,
) -> int:
    """Write live destinations as tenant files."""
    codes = unique_codes([*tenants, *(read_tenant_list(tenant_list) if tenant_list is not None else ())])
    if merge and force:
        raise UsageError("--merge overwrites nothing, so there is nothing to --force")
    if not codes and not merge:
        raise UsageError("no TENANT given: name one, as in `pbxsync export DEMO`")
    if len(codes) > 1 and out is None and not merge:
        raise UsageError("several tenants need --out DIR, for a file each")
    project = load_project(context, [out] if out is not None else ())
    limits = request_limits(context, project)
    if merge:
        return _merge(context, project, limits, codes, out)
    return (
        _print(context, project, limits, codes[0])
        if out is None
        else _write(context, project, limits, codes, out, force)
    )


def _print(context: Context, project: Project, limits: RequestLimits, tenant: str) -> int:
    with _exporter(context, project, limits, [tenant]) as exporter:
        # In the crew, so that the gets go side by side.
        (found,) = exporter.workers.map(exporter.text, [tenant])
    for warning in found.warnings:
        context.console.warning(warning)
    context.console.result(found.text.removesuffix("\n"))
    return 0


def _write(
    context: Context, project: Project, limits: RequestLimits, codes: Sequence[str], out: Path, force: bool
) -> int:
    check_no_other_file(codes, out)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {display(str(out))}: {reason(error)}") from None
    with _exporter(context, project, limits, codes) as exporter:
        return _each(context, exporter, exporter.into(out, force=force), codes)


def _merge(context: Context, project: Project, limits: RequestLimits, codes: Sequence[str], out: Path | None) -> int:
    folders = (out,) if out is not None else project.tenants
    desired = load(folders, project)
    check_has_file(codes, desired.tenants)
    codes = codes or desired.tenants
    with _exporter(context, project, limits, codes) as exporter:
        return _each(context, exporter, exporter.merging(desired, dict(tenant_files(folders)[0])), codes)


@contextmanager
def _exporter(context: Context, project: Project, limits: RequestLimits, codes: Sequence[str]) -> Iterator[Exporter]:
    begun = time.monotonic()
    with (
        endpoint(project) as where,
        reader(where, limits, context.redactor) as pbx,
        WorkerPool(limits.parallel) as workers,
    ):
        check_keys(project, where, codes)
        yield Exporter(pbx, workers, TypeSource(pbx.custom_types), project)
        if context.verbosity > 0:
            context.console.note(describe(traffic(pbx, (("export", time.monotonic() - begun),))))


def _each(context: Context, exporter: Exporter, one: Callable[[str], Done], codes: Sequence[str]) -> int:
    """Export each tenant, several side by side, and say what became of them."""
    with ProgressBar(context.console, "Exporting", len(codes)) as bar:

        def counted(tenant: str) -> Done:
            done = one(tenant)
            bar.done()
            return done

        ended = exporter.workers.map(counted, codes, bar.tick)
    return _report(context, ended)


def _report(context: Context, ended: Sequence[Done]) -> int:
    """Say what became of each tenant, and of those that failed for one reason together; return the exit status."""
    failed: dict[str, list[str]] = {}
    for each in ended:
        for warning in each.warnings:
            context.console.warning(warning)
        if each.error is not None:
            failed.setdefault(each.error, []).append(each.tenant)
    for error, tenants in failed.items():
        context.console.error(f"{first_names(tenants, _NAMED)} failed: {error}")
    wrote, wrong = sum(each.wrote is not None for each in ended), sum(each.error is not None for each in ended)
    context.console.note(f"{wrote:,} written, {len(ended) - wrote - wrong:,} unchanged, {wrong:,} failed")
    return 1 if failed else 0
