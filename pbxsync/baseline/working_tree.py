"""The files at hand as git knows them: the commit that they belong to, and what is not committed."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from pbxsync.errors import GitError
from pbxsync.git.repository import Repository
from pbxsync.model.plan import GitState
from pbxsync.tenants.discover import SUFFIXES, input_paths
from pbxsync.tenants.profiles import DEFAULT_PROFILES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pbxsync.project import Project
    from pbxsync.tenants.desired import Desired


def git_state(project: Project, paths: Sequence[Path]) -> GitState | None:
    """Return the commit of the project's repository, and whether its files (those that `paths` stand for) are as committed.

    None without git, outside of a repository, and before its first commit.
    """
    try:
        repository = Repository.of(project.root)
        return GitState(repository.head, repository.branch, clean=not _uncommitted(repository, project, paths))
    except GitError:
        return None


def uncommitted(project: Project, paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the tenant files, tables, profiles and project file that are not as committed, relative to the repository.

    None without git.
    """
    try:
        return _uncommitted(Repository.of(project.root), project, paths)
    except GitError:
        return ()


def files_digest(project: Project, desired: Desired) -> str:
    """Return the digest of tenant files, tables, profiles and project file, whatever the names and order of the former."""
    digest = hashlib.sha256(repr(desired.checksums).encode())
    if project.file is not None:
        digest.update(project.file.read_bytes())
    return f"sha256:{digest.hexdigest()}"


def _uncommitted(repository: Repository, project: Project, paths: Sequence[Path]) -> tuple[str, ...]:
    project_files = () if project.file is None else (project.file,)
    profiles = project.profiles or (project.root / DEFAULT_PROFILES,)
    chosen = input_paths(paths, project)
    tables = [table.file for table in chosen.tables]
    listed = repository.uncommitted([*chosen.tenants, *tables, *profiles, *project_files])
    # A folder of tenant files may hold others.
    real = {os.path.realpath(table) for table in tables}
    return tuple(path for path in listed if path.endswith(SUFFIXES) or os.path.realpath(repository.root / path) in real)
