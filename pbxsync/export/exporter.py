"""Turns live tenants into tenant files. Each is read whole, written and forgotten before the next.

1. List: all destinations of the tenant.
2. Get: the params of those that the list has without (of all, or for a merge of those that no file manages).
3. Write: the file, or what its file lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.disk.read import Unreadable, display, read_bytes
from pbxsync.errors import LiveError, UsageError
from pbxsync.export.export_file import marked, rewrite, write_export
from pbxsync.export.merge import merge
from pbxsync.export.writer import Exported, Missing, export
from pbxsync.kinds.custom_destination import PARAM_COUNT
from pbxsync.live.destinations import live_destinations
from pbxsync.model.plan import Destination
from pbxsync.planning.match import match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.live.types import TypeSource
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.project import Project
    from pbxsync.tenants.desired import Desired
    from pbxsync.workers import WorkerPool

_NO_PARAMS: Final = ("",) * PARAM_COUNT


@dataclass(frozen=True, slots=True)
class TenantResult:
    """What happened to one tenant: the path of the written file (None: nothing to write), warnings, or an error."""

    tenant: str
    written: str | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Exporter:
    """Exports one tenant at a time. If a method raises PbxsyncError, it has written nothing."""

    pbx: PbxReader
    workers: WorkerPool
    types: TypeSource
    project: Project

    def text(self, tenant: str) -> Exported:
        """Return the tenant file with all live destinations."""
        listing = self.pbx.destinations(tenant)
        table = self.types.table(tenant)
        live = live_destinations(self.pbx, self.workers, tenant, listing.rows, table)
        exported = export(tenant, live.values(), table.by_id.values(), self.project, holds_key=self._holds_key)
        return Exported(exported.text, (*exported.warnings, *([_doubt(tenant)] if listing.doubtful else ())))

    def write(self, tenant: str, folder: Path, *, force: bool) -> TenantResult:
        """Write the tenant file with all live destinations below `folder`."""
        path = folder / f"{tenant}.yaml"
        exported = self.text(tenant)
        if _doubt(tenant) in exported.warnings and not force and _would_lose(path, exported.text):
            raise LiveError(f"{_doubt(tenant)}. {display(str(path))} is unchanged: overwrite it with --force")
        changed = write_export(path, exported.text, force=force)
        return TenantResult(tenant, display(str(path)) if changed else None, exported.warnings)

    def merge(self, tenant: str, desired: Desired, paths: Mapping[str, str]) -> TenantResult:
        """Add the unmanaged destinations to the last file of the tenant. `paths` are by the paths that messages show."""
        entries = desired.entries(tenant)
        listing = self.pbx.destinations(tenant)
        live_names, shared_names = ([(row.id, row.name) for row in rows] for rows in (listing.rows, listing.shared))
        unmanaged = frozenset(match(entries, live_names, shared_names).unmanaged)
        if not unmanaged:
            return TenantResult(tenant)
        table = self.types.table(tenant)
        missing_rows = [row for row in listing.rows if row.id in unmanaged]
        live = live_destinations(self.pbx, self.workers, tenant, missing_rows, table)
        # The managed ones are needed for their names alone, which the new ones must not share.
        rows = [live.get(row.id) or Destination(row.id, row.name, None, _NO_PARAMS) for row in listing.rows]
        shown = [file for file in desired.files_of(tenant) if file in paths][-1]  # a table is not one
        missing = Missing(live.keys(), frozenset(entry.name for entry in entries if entry.name is not None))
        try:
            content = read_bytes(paths[shown])
        except Unreadable as error:
            raise UsageError(f"{shown} {error}") from None
        merged = merge(content, shown, rows, table.by_id.values(), self.project, missing, self._holds_key)
        if merged.content != content:
            rewrite(Path(paths[shown]), merged.content)
        return TenantResult(tenant, shown if merged.content != content else None, merged.warnings)

    def _holds_key(self, text: str) -> bool:
        return self.pbx.transport.redactor.finds(text)


def _would_lose(path: Path, text: str) -> bool:
    """Whether there is a file with other content. `write_export` reports one that cannot be read."""
    try:
        return path.exists() and read_bytes(str(path)) != marked(text).encode()
    except Unreadable:
        return False


def _doubt(tenant: str) -> str:
    return (
        f"the PBX lists no destinations for {tenant}. It answers CUSTOMTYPES, but some of its errors look like this empty"
        " list"
    )
