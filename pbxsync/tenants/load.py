"""Loads all tenant files together: the desired state, or every problem of all files at once."""

from __future__ import annotations

import os
import zlib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from pbxsync.disk.read import Unreadable
from pbxsync.document.problems import Problems
from pbxsync.document.reader import read
from pbxsync.errors import FilesError, UsageError
from pbxsync.model.entry import Place, Problem
from pbxsync.tenants.checks import NameChecks, PinnedIds, check_ids, check_names
from pbxsync.tenants.desired import Desired, LoadedFile, UsedProfiles
from pbxsync.tenants.discover import Disk, check_project
from pbxsync.tenants.params import ParamRulesByType
from pbxsync.tenants.profiles import Profiles, find_profiles
from pbxsync.tenants.rules import look_at_all, unknown_types
from pbxsync.tenants.spool import Spool
from pbxsync.tenants.tenant_file import read_tenant_file
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pbxsync.project import Project
    from pbxsync.tenants.discover import FileSource

#: More than anybody reads; it bounds what ten thousand files of nothing but mistakes cost.
MAX_PROBLEMS: Final = 10_000


def load(
    paths: Sequence[Path],
    project: Project,
    tenant_globs: Sequence[str] = (),
    source: FileSource | None = None,
    *,
    with_checks: bool = False,
) -> Desired:
    """Return what the tenant files below `paths` say about the tenants that match one of `tenant_globs` (none: all).

    The files are on the disk, or wherever `source` has them. All profiles of the project are read with them.

    1. Discover: from paths to files, sorted.
    2. Read the profiles, which all tenants share.
    3. Read and check each file, once, one at a time, with the profiles that it uses filled in.
    4. Check over all files: one name twice in a tenant, one id twice anywhere.
    5. Narrow to the tenants in scope.
    6. With checks: hold what the files say against the checks of the project.

    Raises FilesError with all problems of all files, including those of tenants out of scope, OtherProjectError, and
    UsageError for a glob that matches no tenant.
    """
    spool, ids = Spool(), PinnedIds()
    loaded: dict[str, list[LoadedFile]] = {}
    names: dict[str, NameChecks] = {}
    warnings: dict[str, list[Problem]] = {}
    types: set[str] = set()

    # 1. Discover
    source = Disk() if source is None else source
    profile_files, profile_problems = find_profiles(project, source)
    files, path_problems = source.find(paths, profile_files)
    if isinstance(source, Disk):
        check_project([*files, *profile_files], project)
    problems = _AllProblems([*path_problems, *profile_problems])

    # 2. Read the profiles
    profiles = Profiles(ParamRulesByType(project))
    for shown, path in profile_files:
        profiles.read(shown, path, source)
    checksums = profiles.checksums

    # 3. Read and check each file
    for shown, path in files:
        try:
            content = source.read(path)
        except Unreadable as error:
            problems.add([Problem(Place(shown), f"the file {error}")])
            continue
        checksums.append((len(content), zlib.crc32(content)))
        document = read(content)
        file_problems = Problems(shown, document)
        if document.root is not None:
            clear = project.clear_unlisted
            tenant, rows = read_tenant_file(document.root, file_problems, profiles, clear_unlisted=clear)
            tenant = tenant or f"{shown}: "  # a file that does not say whose it is is compared with itself alone
            ids.add(rows)
            types.update(row[4] for row in rows if row[4] is not None)
            names[tenant] = check_names([(shown, rows)], profiles.files)
            warnings.setdefault(tenant, []).extend(file_problems.warnings)
            loaded.setdefault(tenant, []).append(LoadedFile(shown, spool.put(rows), len(rows)))
        if file_problems:
            problems.add(file_problems.sorted())

    # 4. Check over all files
    problems.add(profiles.problems())
    for tenant, tenant_loaded in loaded.items():
        if len(tenant_loaded) > 1:
            names[tenant] = check_names([(file, spool.get(slot)) for file, slot, _ in tenant_loaded], profiles.files)
        problems.add(names[tenant].problems)
    problems.add(_repeated_ids(ids, loaded, spool, profiles.files))
    problems.raise_any()

    # 5. Narrow to the tenants in scope
    scope = _in_scope(sorted(loaded), tenant_globs)
    similar_codes = _similar_codes({tenant: loaded[tenant][0].file for tenant in scope})
    of_tenants = (warning for tenant in scope for warning in (*warnings[tenant], *names[tenant].warnings))
    of_profiles = profiles.warnings(complete=_real(paths) >= _real(project.tenants))

    # 6. Hold against the checks
    of_checks: Sequence[Problem] = ()
    if with_checks and project.checks:
        everything = Desired(loaded, spool, (), 0, frozenset(), (), UsedProfiles(profiles.files))
        errors, of_checks = look_at_all(everything, project, frozenset(scope))
        problems.add([*unknown_types(project, types), *errors])
        problems.raise_any()
    return Desired(
        {tenant: loaded[tenant] for tenant in scope},
        spool,
        tuple(sorted([*similar_codes, *of_tenants, *of_profiles, *of_checks], key=_order)),
        len(files),
        frozenset(types),
        tuple(sorted(checksums)),
        UsedProfiles(profiles.files, profiles.users),
    )


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
