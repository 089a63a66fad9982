"""A git change: the desired state at its base, and the tenants whose desired state it changes."""

from __future__ import annotations

from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pbxsync.baseline.committed import CommittedFiles
from pbxsync.errors import FilesError, InputError, PlanError
from pbxsync.git.repository import Repository
from pbxsync.model.entry import Place, Problem
from pbxsync.model.plan import Since
from pbxsync.planning.since import signature
from pbxsync.project.project_file import parse_project
from pbxsync.tenants.load import load
from pbxsync.tenants.params import ParamRulesByType
from pbxsync.text.sanitize import quote, sanitize
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.project import Project
    from pbxsync.tenants.desired import Desired


class Base(NamedTuple):
    """The files of one commit; without a project file, and so without tenants, before the project began."""

    project: Project
    desired: Desired

    def asks(self, tenant: str) -> frozenset[tuple[object, ...]]:
        """Return what the files ask for a tenant, in a form in which only what they ask for counts."""
        rules, types = ParamRulesByType(self.project), sorted(self.project.types.items())

        def position(type_name: str | None, key: str) -> str:
            if known := rules[type_name].positions.get(key):
                return str(known)
            # Only the PBX knows the type: a label that moves in any type may ask for another param.
            return repr([key, *((name, type_.labels.index(key)) for name, type_ in types if key in type_.labels)])

        return signature(self.desired.entries(tenant), position)


class GitChange(NamedTuple):
    """What a plan of a change needs: the base, the tenants to plan, and what the plan says of itself."""

    base: Base
    tenants: tuple[str, ...]
    since: Since


def change_since(
    ref: str, project: Project, desired: Desired, paths: Sequence[Path], globs: Sequence[str] = ()
) -> GitChange:
    """Return what the files at hand change against the merge base of `ref` and HEAD.

    Raises GitError, FilesError or ProjectError with places in the base, and PlanError if `ref` has moved on for the same
    tenants: what the change was made from is not what `ref` says any more.
    """
    repository = Repository.of(project.root)
    tip = repository.commit(ref)
    commit = repository.merge_base(tip, repository.head)
    now = Base(project, desired)
    base = _load(repository, commit, ref, project, paths)
    known = set(base.desired.tenants)
    touched = [tenant for tenant in desired.tenants if tenant not in known or base.asks(tenant) != now.asks(tenant)]
    left = [tenant for tenant in base.desired.tenants if tenant not in set(desired.tenants) and _matches(tenant, globs)]
    if tip != commit:
        theirs = _load(repository, tip, ref, project, paths)
        moved = [tenant for tenant in (*touched, *left) if theirs.asks(tenant) != base.asks(tenant)]
        if moved:
            names = first_names([sanitize(tenant) for tenant in sorted(moved)], 8)
            raise PlanError(
                f"{quote(ref)} has changed {names} since this branch began: bring the branch up to date first"
                f" (for example `git merge {sanitize(ref)}`), then plan again"
            )
    since = Since(ref, commit, len(desired.tenants) - len(touched), tuple(left))
    return GitChange(base, tuple(touched), since)


def _load(repository: Repository, commit: str, ref: str, project: Project, paths: Sequence[Path]) -> Base:
    """Load the files of a commit, with the project file that it has."""
    with repository.tree(commit) as tree:
        files = CommittedFiles(tree, repository.root)
        name = None if project.file is None else files.project_file(project.file)
        with _errors_of(ref, commit):
            if name is None:
                # Without a project file of its own, the commit is read by the rules that are at hand.
                return Base(project, load(paths, project, source=files))
            file = repository.root / name
            there = parse_project(tree.read(name), files.shown(name), file, {}, None)
            # The project may have moved as a whole: its paths are then below the folder that it was in.
            moved = [_moved(Path.cwd() / path, project.root, there.root) for path in paths]
            return Base(there, load(moved, there, source=files))


def _moved(path: Path, root: Path, root_there: Path) -> Path:
    return root_there / path.relative_to(root) if path.is_relative_to(root) else path


@contextmanager
def _errors_of(ref: str, commit: str) -> Iterator[None]:
    """Report errors in the files of the base as such."""
    try:
        yield
    except InputError as error:
        message = f"the files that {quote(ref)} begins from do not load: choose another REF, or plan without --since"
        raise FilesError([Problem(Place(commit[:12]), message), *error.problems]) from None


def _matches(tenant: str, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(tenant, glob) for glob in globs)
