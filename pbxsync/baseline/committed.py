"""Tenant files and project file as a commit has them, found below the same paths as on the disk."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.disk.read import LIMIT, Unreadable
from pbxsync.errors import GitError
from pbxsync.model.entry import Place, Problem
from pbxsync.project import FILE_NAME
from pbxsync.tenants.discover import SUFFIXES
from pbxsync.text.sanitize import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.git.tree import Tree
    from pbxsync.project.tables import Table
    from pbxsync.tenants.discover import Files, Found

#: Links in a row that are followed before they count as a circle.
_MOST_LINKS: Final = 40


class CommittedFiles:
    """The files of one commit as a source of tenant files. `root` is the top of the working tree, links resolved.

    Paths are those of the working tree; one that the commit does not have stands for no files. Messages show a file as
    `COMMIT:PATH`, as git does.
    """

    def __init__(self, tree: Tree, root: Path) -> None:
        self._tree = tree
        self._root = root
        #: The names in each folder.
        self._names: dict[str, set[str]] = {"": set()}
        for path in tree.files:
            name = posixpath.basename(path)
            for parent in (*_parents(path), ""):
                self._names.setdefault(parent, set()).add(name)
                name = posixpath.basename(parent)

    def find(self, paths: Sequence[Path], profiles: Files = (), /) -> Found:
        """Return the tenant files below `paths`, without the `profiles` that are there too.

        Raises GitError for a path outside of the repository.
        """
        files, problems = self.find_profiles(paths)
        apart = {path for _, path in profiles}
        return [names for names in files if names[1] not in apart], problems

    def find_profiles(self, paths: Sequence[Path], /, *, optional: bool = False) -> Found:
        """Return the profile files below `paths`, found as tenant files are. Raises GitError as `find`."""
        del optional  # a path that the commit does not have stands for no files anyway
        files: dict[str, tuple[str, str]] = {}
        problems: list[Problem] = []
        for path in paths:
            for file in self._below(self.relative(path), set(), problems, named=True):
                files[file] = (self.shown(file), file)
        return sorted(files.values()), problems

    def find_table(self, table: Table, /) -> Found:
        """Return the file of a table, none if the commit does not have it. Raises GitError as `find`."""
        file = self._resolved(self.relative(table.file))
        return ([(self.shown(file), file)] if file is not None and file in self._tree.files else []), []

    def read(self, path: str, /) -> bytes:
        """Return the content of a file of the commit. Raises Unreadable."""
        content = self._tree.read(path)
        if len(content) > LIMIT:
            raise Unreadable(f"is larger than {LIMIT // 1024**2} MiB")
        return content

    def project_file(self, wanted: Path) -> str | None:
        """Return the project file that the commit has in place of `wanted`; None if it has none, or cannot have it.

        It is the file at that place; else the nearest one above; else the only one. Raises GitError if there are several.
        """
        try:
            place = self.relative(wanted)
        except GitError:
            return None  # named with --config, and kept elsewhere
        folder = posixpath.dirname(place)
        for candidate in (place, *(posixpath.join(parent, FILE_NAME) for parent in (folder, *_parents(folder), ""))):
            if (file := self._resolved(candidate)) in self._tree.files:
                return file
        others = [path for path in self._tree.files if posixpath.basename(path) == FILE_NAME]
        if len(others) > 1:
            raise GitError(
                f"{sanitize(place)} is not in {self._tree.commit[:12]}, which has several project files"
                f" ({', '.join(map(sanitize, others[:3]))}): move the project in a commit of its own, without --since"
            )
        return others[0] if others else None

    def shown(self, path: str) -> str:
        """Return a path of the commit as messages show it."""
        return f"{self._tree.commit[:12]}:{sanitize(path)}"

    def relative(self, path: Path) -> str:
        """Return a path of the working tree as the commit has it. Raises GitError if it is outside of the repository."""
        absolute = Path(posixpath.normpath(Path.cwd() / path))
        for parent in (absolute, *absolute.parents):
            # The working tree may be reached through a link, whose own name the commit does not have.
            if parent.exists() and parent.samefile(self._root):
                found = absolute.relative_to(parent).as_posix()
                return "" if found == "." else found
        raise GitError(
            f"{quote(str(path))} is outside of the repository {quote(str(self._root))}: --since cannot read its history"
        )

    def _below(self, path: str, visited: set[str], problems: list[Problem], *, named: bool) -> Iterator[str]:
        """Yield the tenant files that a path of the commit stands for, as the disk would have them."""
        found = self._resolved(path)
        if found is None:
            message = "this link leads out of the repository, where --since cannot follow it: name the files themselves"
            problems.append(Problem(Place(self.shown(path)), message))
        elif found in self._names:
            if found not in visited:
                visited.add(found)
                for name in sorted(self._names[found]):
                    inner = posixpath.join(found, name)
                    if not name.startswith(".") and (self._is_folder(inner) or self._is_tenant_file(name)):
                        yield from self._below(inner, visited, problems, named=False)
        elif self._is_submodule(found):
            message = "this is a submodule, whose files --since cannot read: plan it in its own repository"
            problems.append(Problem(Place(self.shown(path)), message))
        elif found in self._tree.files and (named or self._is_tenant_file(posixpath.basename(path))):
            yield from [] if posixpath.basename(path) == FILE_NAME else [found]

    def _is_folder(self, path: str) -> bool:
        found = self._resolved(path)
        return found is None or found in self._names or self._is_submodule(found)

    def _is_submodule(self, path: str) -> bool:
        return path in self._tree.files and self._tree.files[path].is_submodule

    @staticmethod
    def _is_tenant_file(name: str) -> bool:
        return name.endswith(SUFFIXES) and name != FILE_NAME

    def _resolved(self, path: str) -> str | None:
        """Return a path with all links followed; None if they lead out of the repository or round in a circle."""
        done, rest, links = "", path.split("/"), 0
        while rest:
            done = posixpath.normpath(posixpath.join(done, rest.pop(0)))
            if done.startswith(("..", "/")):
                return None
            blob = self._tree.files.get(done)
            if blob is not None and blob.is_link:
                links += 1
                if links > _MOST_LINKS:
                    return None
                target = self._tree.read(done).decode("utf-8", "surrogateescape")
                done, rest = (
                    posixpath.dirname(done),
                    [*target.split("/"), *rest] if not target.startswith("/") else ["/"],
                )
        return "" if done == "." else done


def _parents(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path
