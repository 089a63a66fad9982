"""One repository: its commits by name, where two histories parted, and what is not committed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.errors import GitError
from pbxsync.git.command import git
from pbxsync.git.tree import Tree
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that a folder is in; `root` is the top of its working tree, links resolved."""

    root: Path

    @classmethod
    def of(cls, folder: Path) -> Repository:
        """Return the repository that holds `folder`. Raises GitError without one, and without git."""
        top = git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n").decode(errors="surrogateescape")
        if not top:
            raise GitError("this repository has no working tree")
        return cls(Path(top).resolve())

    @property
    def head(self) -> str:
        """The commit that is checked out, as 40 (or 64) hexadecimal digits. Raises GitError before the first commit."""
        return self.commit("HEAD")

    @property
    def branch(self) -> str | None:
        """The branch that is checked out; None for a detached HEAD, as CI systems have it."""
        name = git(self.root, "branch", "--show-current").removesuffix(b"\n").decode(errors="replace")
        return name or None

    @property
    def is_shallow(self) -> bool:
        """Whether older commits are missing here."""
        return git(self.root, "rev-parse", "--is-shallow-repository").strip() == b"true"

    def commit(self, ref: str) -> str:
        """Return the commit that a branch, tag or hash names. Raises GitError that says how to get it."""
        if not ref or ref.startswith("-") or not ref.isprintable():
            raise GitError(f"{quote(ref)} is not the name of a commit")
        try:
            found = git(self.root, "rev-parse", "--verify", f"{ref}^{{commit}}")
        except GitError:
            raise GitError(
                f"there is no commit {quote(ref)} in this clone: fetch it first"
                " (`git fetch origin`; in GitHub Actions, actions/checkout with `fetch-depth: 0`)"
            ) from None
        return found.strip().decode()

    def message(self, commit: str) -> str:
        """Return the message of a commit. Raises GitError."""
        return git(self.root, "log", "-1", "--format=%B", self.commit(commit)).decode(errors="replace")

    def merge_base(self, first: str, second: str) -> str:
        """Return the commit at which the histories of two commits parted. Raises GitError if there is not exactly one."""
        try:
            bases = git(self.root, "merge-base", "--all", first, second).decode().split()
        except GitError:
            bases = []
        if len(bases) == 1:
            return bases[0]
        if bases:
            raise GitError("these histories parted at several commits: merge the base into this branch first")
        if self.is_shallow:
            raise GitError(
                "this clone is shallow and does not reach the commit at which the branch began: fetch the whole history"
                " (`git fetch --unshallow`; in GitHub Actions, actions/checkout with `fetch-depth: 0`;"
                ' in GitLab, `GIT_DEPTH: "0"`)'
            )
        raise GitError("these commits have no history in common")

    def tree(self, commit: str) -> Tree:
        """Return the files of a commit, to be used in a `with`."""
        return Tree(self.root, commit)

    def uncommitted(self, paths: Sequence[Path]) -> tuple[str, ...]:
        """Return what differs from HEAD or is untracked below `paths`, relative to the root. Ignored files do not count."""
        inside = [path for path in (each.resolve() for each in paths) if path.is_relative_to(self.root)]
        if not inside:
            return ()
        words = ("status", "-z", "--no-renames", "--untracked-files=all", "--")  # -z alone means the first format
        listed = git(self.root, *words, *(str(path.relative_to(self.root)) for path in inside))
        return tuple(entry[3:].decode(errors="surrogateescape") for entry in listed.split(b"\0") if entry)
