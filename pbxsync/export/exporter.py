"""Live tenants into tenant files: each is read whole, written, and forgotten before the next one takes its place.

The phases of a tenant:

1. list: all its destinations
2. get: the params of those that the list has without (all; for a merge, those that no file manages)
3. write: the file, or what its file lacks
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.disk.read import Unreadable, display, read_bytes
from pbxsync.errors import LiveError, PbxsyncError
from pbxsync.export.export_file import marked, rewrite, write_export
from pbxsync.export.merge import merge
from pbxsync.export.writer import Exported, Missing, export
from pbxsync.kinds.custom_destination import PARAM_COUNT
from pbxsync.live.destinations import live_destinations
from pbxsync.model.plan import Destination
from pbxsync.planning.match import match

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbxsync.live.types import TypeSource, TypeTable
    from pbxsync.model.entry import Type
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.pbx.rows import Row
    from pbxsync.project import Project
    from pbxsync.tenants.desired import Desired
    from pbxsync.workers import WorkerPool

_NOTHING = ("",) * PARAM_COUNT


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one tenant: the file that was written (None: none had to be), warnings, or an error."""

    tenant: str
    wrote: str | None = None
    warnings: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Exporter:
    """Reads tenants. Each method raises a PbxsyncError, in which a tenant fails whole: nothing is half written."""

    pbx: PbxReader
    workers: WorkerPool
    types: TypeSource
    project: Project

    def text(self, tenant: str) -> Exported:
        """Return the tenant file with all that is live."""
        listing = self.pbx.destinations(tenant)
        table = self.types.table(tenant)
        live = live_destinations(self.pbx, self.workers, tenant, listing.rows, table)
        found = export(tenant, live.values(), _listed(table), self.project, holds_key=self._holds_key)
        return Exported(found.text, (*found.warnings, *([_doubt(tenant)] if listing.doubtful else ())))

    def into(self, folder: Path, *, force: bool) -> Callable[[str], Done]:
        """Return what writes a tenant into its file below `folder`."""

        def one(tenant: str) -> Done:
            path = folder / f"{tenant}.yaml"
            found = self.text(tenant)
            if _doubt(tenant) in found.warnings and not force and _would_lose(path, found.text):
                raise LiveError(f"{_doubt(tenant)}: {display(str(path))} is left as it is; --force overwrites it")
            wrote = write_export(path, found.text, force=force)
            return Done(tenant, display(str(path)) if wrote else None, found.warnings)

        return self._failing_alone(one)

    def merging(self, desired: Desired, paths: Mapping[str, str]) -> Callable[[str], Done]:
        """Return what adds to the last file of a tenant what is live and in none; `paths` are those of files as shown."""

        def one(tenant: str) -> Done:
            entries = desired.entries(tenant)
            listing = self.pbx.destinations(tenant)
            unmanaged = frozenset(match(entries, [(row.id, row.name) for row in listing.rows]).unmanaged)
            if not unmanaged:
                return Done(tenant)
            table = self.types.table(tenant)
            missing = [row for row in listing.rows if row.id in unmanaged]
            live = live_destinations(self.pbx, self.workers, tenant, missing, table)
            everything = [live.get(row.id) or _unread(row) for row in listing.rows]
            shown = desired.files_of(tenant)[-1]
            gap = Missing(unmanaged, frozenset(entry.name for entry in entries if entry.name is not None))
            content = read_bytes(paths[shown])
            found = merge(content, shown, everything, _listed(table), self.project, gap, self._holds_key)
            if found.content != content:
                rewrite(Path(paths[shown]), found.content)
            return Done(tenant, shown if found.content != content else None, found.warnings)

        return self._failing_alone(one)

    def _failing_alone(self, one: Callable[[str], Done]) -> Callable[[str], Done]:
        def failing(tenant: str) -> Done:
            try:
                return one(tenant)
            except PbxsyncError as error:
                return Done(tenant, error=str(error))
            except Unreadable as error:
                return Done(tenant, error=f"its file {error}")

        return failing

    def _holds_key(self, text: str) -> bool:
        return self.pbx.transport.redactor.finds(text)


def _listed(table: TypeTable) -> tuple[Type, ...]:
    return tuple(table.by_id.values())


def _unread(row: Row) -> Destination:
    """Return a destination that only lends its name: that of another one has to differ from it."""
    return Destination(row.id, row.name, None, _NOTHING)


def _would_lose(path: Path, text: str) -> bool:
    """Whether a file is there that says something else."""
    return path.exists() and read_bytes(str(path)) != marked(text).encode()


def _doubt(tenant: str) -> str:
    return (
        f"the PBX lists no destinations for {tenant}, in a way that is also how its errors look, although it answers"
        " CUSTOMTYPES"
    )
