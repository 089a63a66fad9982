"""Loads all tenant files and tables together: the desired state, or every problem of all files at once."""

from __future__ import annotations

import os
import zlib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from pbxsync.disk.read import Unreadable, display
from pbxsync.document.problems import Problems
from pbxsync.document.reader import Document, read
from pbxsync.errors import FilesError, UsageError
from pbxsync.model.entry import Place, Problem
from pbxsync.tenants.checks import NameChecks, PinnedIds, check_ids, check_names
from pbxsync.tenants.desired import Desired, LoadedFile, UsedProfiles
from pbxsync.tenants.discover import Disk, check_project, input_paths
from pbxsync.tenants.params import ParamRulesByType
from pbxsync.tenants.profiles import Profiles, find_profiles
from pbxsync.tenants.spool import Spool
from pbxsync.tenants.tenant_file import read_tenant_file
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pbxsync.project import Project
    from pbxsync.project.tables import Table
    from pbxsync.tenants.discover import Files, FileSource
    from pbxsync.tenants.spool import Row

#: More than anybody reads; it bounds what ten thousand files of nothing but mistakes cost.
MAX_PROBLEMS: Final = 10_000
#: The folder of tenant files, if the project file says nothing else.
DEFAULT_TENANTS: Final = "tenants"


def load(
    paths: Sequence[Path],
    project: Project,
    tenant_globs: Sequence[str] = (),
    source: FileSource | None = None,
    *,
    with_checks: bool = False,
) -> Desired:
    """Return what the files of `paths` say about the tenants that match one of `tenant_globs` (none: all).

    These are the tenant files below `paths` and the tables among them; without paths, all that the project has. The files
    are on the disk, or wherever `source` has them. All profiles of the project are read with them.

    1. Discover: from paths to files, sorted.
    2. Read the profiles, which all tenants share.
    3. Read and check each tenant file and table, once, one at a time, with the profiles that it uses filled in.
    4. Check over all files: one name twice in a tenant, one id twice anywhere.
    5. Narrow to the tenants in scope.
    6. With checks: hold what the files say against the checks of the project.

    Raises FilesError with all problems of all files, including those of tenants out of scope, OtherProjectError, and
    UsageError for a glob that matches no tenant.
    """
    # 1. Discover
    source = Disk() if source is None else source
    profile_files, profile_problems = find_profiles(project, source)
    files, tables, path_problems = _find(paths, project, profile_files, source)
    if isinstance(source, Disk):
        check_project([*files, *(names for _, names in tables), *profile_files], project)
    problems = _AllProblems([*path_problems, *profile_problems])

    # 2. Read the profiles
    profiles = Profiles(ParamRulesByType(project))
    for shown, path in profile_files:
        profiles.read(shown, path, source)

    # 3. Read and check each file
    read_in = _ReadFiles(project, profiles, source, problems)
    for shown, path in files:
        read_in.tenant_file(shown, path)
    for table, (shown, path) in tables:
        read_in.table(table, shown, path)
    loaded, names, spool = read_in.loaded, read_in.names, read_in.spool

    # 4. Check over all files
    problems.add(profiles.problems())
    for tenant, tenant_loaded in loaded.items():
        if len(tenant_loaded) > 1:
            names[tenant] = check_names([(file, spool.get(slot)) for file, slot, _ in tenant_loaded], profiles.files)
        problems.add(names[tenant].problems)
    problems.add(_repeated_ids(read_in.ids, loaded, spool, profiles.files))
    problems.raise_any()

    # 5. Narrow to the tenants in scope
    scope = _in_scope(sorted(loaded), tenant_globs)
    similar_codes = _similar_codes({tenant: loaded[tenant][0].file for tenant in scope})
    of_tenants = (warning for tenant in scope for warning in (*read_in.warnings[tenant], *names[tenant].warnings))
    complete = not paths or (_real(paths) >= _real(project.tenants) and len(tables) == len(project.tables))
    of_profiles = profiles.warnings(complete=complete)

    # 6. Hold against the checks
    of_checks: Sequence[Problem] = ()
    if with_checks and project.checks:
        from pbxsync.tenants.rules import look_at_all, unknown_types  # noqa: PLC0415 - only projects with checks need them

        everything = Desired(loaded, spool, (), 0, frozenset(), (), UsedProfiles(profiles.files))
        errors, of_checks = look_at_all(everything, project, frozenset(scope))
        problems.add([*unknown_types(project, read_in.types), *errors])
        problems.raise_any()
    return Desired(
        {tenant: loaded[tenant] for tenant in scope},
        spool,
        tuple(sorted([*similar_codes, *of_tenants, *of_profiles, *of_checks], key=_order)),
        len(files) + len(tables),
        frozenset(read_in.types),
        tuple(sorted(profiles.checksums)),
        UsedProfiles(profiles.files, profiles.users),
    )


class _ReadFiles:
    """Reads tenant files and tables, and gathers by tenant what they say. `names` has the checks of a single file."""

    def __init__(self, project: Project, profiles: Profiles, source: FileSource, problems: _AllProblems) -> None:
        self._clear_unlisted = project.clear_unlisted
        self._profiles = profiles
        self._source = source
        self._problems = problems
        self.spool, self.ids = Spool(), PinnedIds()
        self.loaded: dict[str, list[LoadedFile]] = {}
        self.names: dict[str, NameChecks] = {}
        self.warnings: dict[str, list[Problem]] = {}
        self.types: set[str] = set()

    def tenant_file(self, shown: str, path: str) -> None:
        """Read one tenant file."""
        content = self._content(shown, path)
        if content is None:
            return
        document = read(content)
        problems = Problems(shown, document)
        if document.root is not None:
            tenant, rows = read_tenant_file(
                document.root, problems, self._profiles, clear_unlisted=self._clear_unlisted
            )
            self._add(shown, tenant, rows, problems.warnings)
        if problems:
            self._problems.add(problems.sorted())

    def table(self, table: Table, shown: str, path: str) -> None:
        """Read one table, a tenant at a time."""
        from pbxsync.tenants.cells import decode_cells  # noqa: PLC0415 - only projects with tables need csv
        from pbxsync.tenants.table_file import read_table  # noqa: PLC0415 - as above

        if table.profile is not None and (missing := self._profiles.missing(table.profile)):
            self._problems.add([Problem(table.profile_place, missing)])
        content = self._content(shown, path)
        if content is None:
            return
        text, faults = decode_cells(content)
        problems = Problems(shown, Document(None, faults))
        if text:
            for tenant, rows in read_table(text, table, problems, self._profiles, clear_unlisted=self._clear_unlisted):
                self._add(shown, tenant, rows)
        if problems:
            self._problems.add(problems.sorted())

    def _content(self, shown: str, path: str) -> bytes | None:
        """Return the content of a file and keep its checksum; None after adding the problem that it cannot be read."""
        try:
            content = self._source.read(path)
        except Unreadable as error:
            self._problems.add([Problem(Place(shown), f"the file {error}")])
            return None
        self._profiles.checksums.append((len(content), zlib.crc32(content)))
        return content

    def _add(self, shown: str, code: str, rows: list[Row], warnings: Iterable[Problem] = ()) -> None:
        """Add what a file says about a tenant."""
        tenant = code or f"{shown}: "  # a file that does not say whose it is is compared with itself alone
        self.ids.add(rows)
        self.types.update(row[4] for row in rows if row[4] is not None)
        self.names[tenant] = check_names([(shown, rows)], self._profiles.files)
        self.warnings.setdefault(tenant, []).extend(warnings)
        self.loaded.setdefault(tenant, []).append(LoadedFile(shown, self.spool.put(rows), len(rows)))


def _find(
    paths: Sequence[Path], project: Project, profile_files: Files, source: FileSource
) -> tuple[list[tuple[str, str]], list[tuple[Table, tuple[str, str]]], list[Problem]]:
    """Return the tenant files, the tables with their names, and the problems of the paths that stand for them."""
    chosen = input_paths(paths, project)
    on_disk = isinstance(source, Disk)
    tenant_paths = chosen.tenants
    default = project.root / DEFAULT_TENANTS
    if on_disk and not paths and project.tables and tenant_paths == (default,) and not default.exists():
        tenant_paths = ()  # a project may have tables alone
    files, problems = source.find(tenant_paths, profile_files) if tenant_paths else ([], [])
    tables = []
    for table in chosen.tables:
        names, table_problems = source.find_table(table)
        tables += [(table, name) for name in names]
        problems += table_problems
    for path in chosen.others if on_disk else ():
        exists = os.path.lexists(path)
        message = "this is not a table of the project: list it below tables: in pbxsync.yaml"
        message = message if exists else "there is no such file or folder: name tenant files, or folders of them"
        problems.append(Problem(Place(display(str(path))), message))
    return files, tables, problems


class _AllProblems:
    """The problems of all files; those over MAX_PROBLEMS are only counted."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self._left_out = 0

    def add(self, problems: Iterable[Problem]) -> None:
        for problem in problems:
            if len(self._problems) < MAX_PROBLEMS:
                self._problems.append(problem)
            else:
                self._left_out += 1

    def raise_any(self) -> None:
        if not self._problems:
            return
        problems = sorted(self._problems, key=_order)
        if self._left_out:
            problems.append(Problem(Place("tenant files"), f"{self._left_out:,} more problems are not listed"))
        raise FilesError(problems)


def _repeated_ids(
    ids: PinnedIds, loaded: Mapping[str, Sequence[LoadedFile]], spool: Spool, profile_files: Sequence[str]
) -> Iterable[Problem]:
    """Return the problems of ids that are there more than once; only they make it worth to read all rows again."""
    repeated = ids.repeated()
    if not repeated:
        return ()
    every_file = sorted((file for files in loaded.values() for file in files), key=lambda each: each.file)
    every_row = ((file, row) for file, slot, _ in every_file for row in spool.get(slot))
    return check_ids(repeated, every_row, profile_files)


def _similar_codes(files: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a warning for each code that differs from another one only in case; `files` has the first file of each."""
    first: dict[str, str] = {}
    for tenant, file in files.items():
        other = first.setdefault(tenant.casefold(), tenant)
        if other != tenant:
            yield Problem(
                Place(file),
                f"the tenant code {quote(tenant)} differs from that of {files[other]} ({other}) only in case: to a PBX that"
                " ignores case, they are one tenant",
            )


def _in_scope(tenants: Sequence[str], globs: Sequence[str]) -> Sequence[str]:
    for glob in globs:
        if not any(fnmatchcase(tenant, glob) for tenant in tenants):
            raise UsageError(f"--tenant {quote(glob)} matches no tenant of the files{did_you_mean(glob, tenants)}")
    if not globs:
        return tenants
    return [tenant for tenant in tenants if any(fnmatchcase(tenant, glob) for glob in globs)]


def _order(problem: Problem) -> tuple[object, ...]:
    return problem.place.order


def _real(paths: Iterable[Path]) -> set[str]:
    """Return paths with all links resolved, so that they can be compared."""
    return {os.path.realpath(path) for path in paths}
