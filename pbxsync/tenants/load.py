"""All tenant files together: what is desired, or every problem of all of them at once.

1. discover: paths to files, sorted;
2. read and check each file, once, one at a time;
3. check over all files: one name twice in a tenant, one id twice anywhere;
4. narrow to the tenants that were asked for.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.document.bytes import Unreadable, display, read_bytes
from pbxsync.document.problems import Problems
from pbxsync.document.reader import read
from pbxsync.errors import FilesError, UsageError
from pbxsync.model.entry import Place, Problem
from pbxsync.tenants import checks, spool
from pbxsync.tenants.checks import PinnedIds
from pbxsync.tenants.discover import tenant_files
from pbxsync.tenants.params import ParamRulesByType
from pbxsync.tenants.schema import read_tenant_file
from pbxsync.tenants.spool import Spool
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pbxsync.model.entry import Entry
    from pbxsync.project import Project
    from pbxsync.tenants.spool import Row, Slot

#: More than anybody reads; it bounds what ten thousand files of nothing but mistakes cost.
MOST_PROBLEMS: Final = 10_000


class _Packed(NamedTuple):
    """The rows of one file, and how many they are."""

    file: str
    rows: Slot
    size: int


class Desired:
    """What the tenant files want. Entries are held packed, and handed out one tenant at a time."""

    def __init__(
        self,
        packed: dict[str, list[_Packed]],
        shelf: Spool,
        warnings: tuple[Problem, ...],
        files: int,
        types: frozenset[str],
    ) -> None:
        self._packed = packed
        self._shelf = shelf
        #: The codes of the tenants in scope, sorted.
        self.tenants = tuple(sorted(packed))
        self.warnings = warnings
        #: How many files were read; those of tenants out of scope too, because they were checked.
        self.files = files
        #: The types that these files name, by name or number, as they are written.
        self.types = types

    @property
    def destinations(self) -> int:
        """How many destinations the tenants in scope have in the files."""
        return sum(packed.size for files in self._packed.values() for packed in files)

    def files_of(self, tenant: str) -> tuple[str, ...]:
        """Return the files of one tenant, in order, as messages show them."""
        return tuple(packed.file for packed in self._packed.get(tenant, ()))

    def entries(self, tenant: str) -> tuple[Entry, ...]:
        """Return the destinations of one tenant, in the order of file path, then line."""
        return tuple(
            spool.entry(row, tenant, packed.file)
            for packed in self._packed.get(tenant, ())
            for row in spool.unpack(self._shelf.get(packed.rows))
        )


def load(paths: Sequence[Path], project: Project, tenant_globs: Sequence[str] = ()) -> Desired:
    """Return what the tenant files below `paths` want, of the tenants that match one of `tenant_globs` (none: all).

    Raises FilesError with all problems of all files, also of tenants that are not asked for, and UsageError for a glob
    that matches no tenant.
    """
    files, problems = tenant_files(paths)
    loading = _Loading(project, problems)
    for shown, path in files:
        loading.add(shown, path)
    if not files and not problems:
        named = ", ".join(display(str(path)) for path in paths)
        loading.problem(Problem(Place(named), "no tenant file is among these: name tenant files or folders of them"))
    loading.finish()
    scope = _in_scope(sorted(loading.packed), tenant_globs)
    warnings = (warning for tenant in scope for warning in loading.checked[tenant].warnings)
    packed = {tenant: loading.packed[tenant] for tenant in scope}
    return Desired(packed, loading.shelf, tuple(sorted(warnings, key=_order)), len(files), frozenset(loading.types))


class _Loading:
    """Everything that is gathered while the files are read, one after the other."""

    def __init__(self, project: Project, problems: list[Problem]) -> None:
        self.packed: dict[str, list[_Packed]] = {}
        self.shelf = Spool()
        self.checked: dict[str, checks.Checked] = {}
        self.types: set[str] = set()
        self._clear_unlisted = project.clear_unlisted
        self._rulebook = ParamRulesByType(project)
        self._ids = PinnedIds()
        self._problems = problems
        self._left_out = 0

    def add(self, shown: str, path: str) -> None:
        """Read and check one file."""
        findings = Problems(shown)
        try:
            document = read(read_bytes(path))
        except Unreadable as error:
            self.problem(Problem(Place(shown), f"the file {error}"))
            return
        findings.begin(document)
        if document.root is not None:
            tenant, rows = read_tenant_file(
                document.root, findings, self._rulebook, clear_unlisted=self._clear_unlisted
            )
            # A file that does not say whose it is, is compared with itself alone.
            tenant = tenant or f"{shown}: "
            self._ids.add(rows)
            self.types.update(row[4] for row in rows if row[4] is not None)
            self.checked[tenant] = checks.check([(shown, rows)])
            self.packed.setdefault(tenant, []).append(_Packed(shown, self.shelf.put(spool.pack(rows)), len(rows)))
        for problem in findings.problems():
            self.problem(problem)

    def problem(self, problem: Problem) -> None:
        """Note a problem, unless there are more than anybody reads."""
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(problem)
        else:
            self._left_out += 1

    def finish(self) -> None:
        """Check over all files; raise FilesError with all problems where there are any."""
        for tenant, files in self.packed.items():
            if len(files) > 1:
                self.checked[tenant] = checks.check(
                    [(each.file, spool.unpack(self.shelf.get(each.rows))) for each in files]
                )
            for problem in self.checked[tenant].problems:
                self.problem(problem)
        for problem in self._ids.problems(self._rows()):
            self.problem(problem)
        if self._problems:
            problems = sorted(self._problems, key=_order)
            if self._left_out:
                problems.append(Problem(Place("tenant files"), f"{self._left_out:,} more problems are not listed"))
            raise FilesError(problems)

    def _rows(self) -> Iterator[tuple[str, Row]]:
        """Yield every row with its file, in the order of the files."""
        everything = sorted((each for files in self.packed.values() for each in files), key=lambda each: each.file)
        return ((each.file, row) for each in everything for row in self._unpacked(each))

    def _unpacked(self, packed: _Packed) -> list[Row]:
        return spool.unpack(self.shelf.get(packed.rows))


def _order(problem: Problem) -> tuple[str, int, int]:
    return problem.place.file, problem.place.line, problem.place.column


def _in_scope(tenants: Sequence[str], globs: Sequence[str]) -> list[str]:
    """Return the tenants that match a glob; raise UsageError for a glob that matches none."""
    for glob in globs:
        if not any(fnmatchcase(tenant, glob) for tenant in tenants):
            near = did_you_mean(glob, tenants)
            raise UsageError(f"--tenant {quote(glob)} matches no tenant of the files{near}")
    return [tenant for tenant in tenants if not globs or any(fnmatchcase(tenant, glob) for glob in globs)]
