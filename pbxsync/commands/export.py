"""`pbxsync export`: live destinations as tenant files."""

from __future__ import annotations

import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from pbxsync.cli.load import load_project
from pbxsync.cli.progress import ProgressBar
from pbxsync.cli.stages import check_keys, describe, request_limits, traffic
from pbxsync.disk.atomic import reason
from pbxsync.disk.read import display
from pbxsync.errors import PbxsyncError, UsageError
from pbxsync.export.exporter import Exporter, TenantResult
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
    from pbxsync.project import Project
    from pbxsync.session import RequestLimits

#: How many of the tenants that failed for the same reason are named.
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
        raise UsageError("--merge overwrites nothing: remove --force")
    if not codes and not merge:
        raise UsageError("no TENANT given: name one, as in `pbxsync export DEMO`")
    if len(codes) > 1 and out is None and not merge:
        raise UsageError("several tenants need --out DIR, which gets one file for each")
    project = load_project(context)
    limits = request_limits(context, project)
    if merge:
        return _merge(context, project, limits, codes, out)
    if out is not None:
        return _write(context, project, limits, codes, out, force)
    with _exporter(context, project, limits, codes) as exporter:
        # In the pool, so that the gets run in parallel.
        (exported,) = exporter.workers.map(exporter.text, codes)
    for warning in exported.warnings:
        context.console.warning(warning)
    context.console.result(exported.text.removesuffix("\n"))
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
        return _export_each(context, exporter, partial(exporter.write, folder=out, force=force), codes)


def _merge(context: Context, project: Project, limits: RequestLimits, codes: Sequence[str], out: Path | None) -> int:
    # Of the project, the tables too: what they give is not to be added to a tenant file again.
    desired = load((out,) if out is not None else (), project)
    paths = dict(tenant_files((out,) if out is not None else project.tenants)[0])
    with_file = [tenant for tenant in desired.tenants if any(file in paths for file in desired.files_of(tenant))]
    check_has_file(codes, with_file)
    codes = codes or with_file
    with _exporter(context, project, limits, codes) as exporter:
        return _export_each(context, exporter, partial(exporter.merge, desired=desired, paths=paths), codes)


@contextmanager
def _exporter(context: Context, project: Project, limits: RequestLimits, codes: Sequence[str]) -> Iterator[Exporter]:
    begun = time.monotonic()
    with (
        endpoint(project) as where,
        reader(where, limits, context.redactor) as pbx,
        WorkerPool(limits.parallel) as workers,
    ):
        check_keys(project, where, codes)
        yield Exporter(pbx, workers, TypeSource(pbx.custom_types, project.names_in_files), project)
        if context.verbosity > 0:
            context.console.note(describe(traffic(pbx, (("export", time.monotonic() - begun),))))


def _export_each(
    context: Context, exporter: Exporter, export: Callable[[str], TenantResult], codes: Sequence[str]
) -> int:
    """Export the tenants, several in parallel, report each result and return the exit status."""
    with ProgressBar(context.console, "Exporting", len(codes)) as bar:

        def counted(tenant: str) -> TenantResult:
            try:
                result = export(tenant)
            except PbxsyncError as error:
                result = TenantResult(tenant, error=str(error))
            bar.done()
            return result

        results = exporter.workers.map(counted, codes, bar.tick)
    failed: dict[str, list[str]] = {}
    for result in results:
        for warning in result.warnings:
            context.console.warning(warning)
        if result.error is not None:
            failed.setdefault(result.error, []).append(result.tenant)
    for error, tenants in failed.items():
        context.console.error(f"{first_names(tenants, _NAMED)} failed: {error}")
    written = sum(result.written is not None for result in results)
    failures = sum(result.error is not None for result in results)
    context.console.note(f"{written:,} written, {len(results) - written - failures:,} unchanged, {failures:,} failed")
    return 1 if failed else 0
