"""From the paths that somebody names to the tenant files that they mean: sorted, each once."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeAlias

from pbxsync.disk.read import display, read_bytes
from pbxsync.errors import OtherProjectError
from pbxsync.model.entry import Place, Problem
from pbxsync.project import FILE_NAME, nearest_project_file
from pbxsync.project.tables import TABLE_SUFFIX
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.project import Project
    from pbxsync.project.tables import Table

#: Files as (path for messages, path).
Files: TypeAlias = "Sequence[tuple[str, str]]"
#: Files, sorted, and the problems of the paths that stand for them.
Found: TypeAlias = "tuple[list[tuple[str, str]], list[Problem]]"

SUFFIXES: Final = (".yaml", ".yml")
#: The problem with a profile among the paths of tenant files.
PROFILE: Final = "this is a profile, not a tenant file: name the tenant files that use it, or no paths"
#: The line of a tenant file that has its code.
_CODE: Final = re.compile(rb"^tenant:[ \t]+([\"']?)([A-Za-z0-9][A-Za-z0-9._-]{0,63})\1[ \t]*(?:#.*)?\r?$", re.MULTILINE)
#: How many bytes are searched for that line: it is among the first, after a comment at most.
_SEARCHED: Final = 16 * 1024


class FileSource(Protocol):
    """Where tenant files come from: the disk, or a commit."""

    def find(self, paths: Sequence[Path], profiles: Files = (), /) -> Found:
        """Return the tenant files below `paths`, without the `profiles` that are there too."""

    def find_profiles(self, paths: Sequence[Path], /, *, optional: bool = False) -> Found:
        """Return the profile files below `paths`, which may be missing or empty if they are `optional` folders."""

    def find_table(self, table: Table, /) -> Found:
        """Return the file of a table."""

    def read(self, path: str, /) -> bytes:
        """Return the content of a file that was found. Raises Unreadable."""


class Disk:
    """The files as they are now."""

    def find(self, paths: Sequence[Path], profiles: Files = (), /) -> Found:
        """As `tenant_files`."""
        return tenant_files(paths, profiles)

    def find_profiles(self, paths: Sequence[Path], /, *, optional: bool = False) -> Found:
        """Return the profile files below `paths`, found as tenant files are."""
        return _find([path for path in paths if path.is_dir()] if optional else paths, "profile", optional=optional)

    def find_table(self, table: Table, /) -> Found:
        """Return the file of a table, which must be there."""
        path, names = str(table.file), (display(str(table.file)), str(table.file))
        if not os.path.lexists(path):
            message = f"there is no file {names[0]}: correct its path, or remove the table"
            return [], [Problem(table.place, message)]
        return [names], []

    def read(self, path: str, /) -> bytes:
        """As `read_bytes`."""
        return read_bytes(path)


class InputPaths(NamedTuple):
    """What paths stand for: paths of tenant files, and tables. `others` are CSV files that the project does not list."""

    tenants: Sequence[Path]
    tables: Sequence[Table]
    others: Sequence[Path] = ()


def input_paths(paths: Sequence[Path], project: Project) -> InputPaths:
    """Return what `paths` stand for; without paths, all tenant files and tables of the project."""
    if not paths:
        return InputPaths(project.tenants, project.tables)
    csv_files = [path for path in paths if path.name.endswith(TABLE_SUFFIX) and not path.is_dir()]
    tables = {os.path.realpath(table.file): table for table in project.tables}
    named = {os.path.realpath(path): path for path in csv_files}
    return InputPaths(
        [path for path in paths if path not in csv_files],
        [table for real, table in tables.items() if real in named],
        [path for real, path in named.items() if real not in tables],
    )


def tenant_files(paths: Sequence[Path], profiles: Files = ()) -> Found:
    """Return the tenant files below `paths`.

    A folder stands for all `.yaml` and `.yml` files in it and below, except hidden ones. A `pbxsync.yaml` is not a
    tenant file, and neither is one of the `profiles`.
    """
    return _find(paths, "tenant file", frozenset(os.path.realpath(path) for _, path in profiles))


def _find(paths: Sequence[Path], noun: str, others: frozenset[str] = frozenset(), *, optional: bool = False) -> Found:
    """Return the files below `paths`, of which `optional` folders may be empty.

    `noun` is what they are; `others` are real paths of profiles among them that are not.
    """
    files: dict[str, tuple[str, str]] = {}
    problems: list[Problem] = []
    for path in map(str, paths):
        for file in _files(path, noun, others, problems, optional=optional):
            real, names = os.path.realpath(file), (display(file), file)
            files[real] = min(files.get(real, names), names)
    if not files and not problems and not optional:
        place = Place(", ".join(display(str(path)) for path in paths))
        problems.append(Problem(place, f"a project file is not a {noun}: name {noun}s, or folders of them"))
    return sorted(files.values()), problems


def check_project(files: Sequence[tuple[str, str]], project: Project) -> None:
    """Raise OtherProjectError if one of the tenant files belongs to another project: it may be for another PBX."""
    if project.is_explicit:
        return
    own = None if project.file is None else os.path.realpath(project.file.parent)
    others: dict[str, Path | None] = {}
    foreign: dict[Path, list[str]] = {}
    for shown, path in files:
        folder = os.path.dirname(path)  # noqa: PTH120 - see `display`
        if folder not in others:
            nearest = nearest_project_file(Path(folder))
            others[folder] = None if nearest is None or os.path.realpath(nearest.parent) == own else nearest
        if (other := others[folder]) is not None:
            foreign.setdefault(other, []).append(shown)
    ours = "no project file" if project.file is None else display(str(project.file))
    advice = f"this run uses {ours}: run each project by itself, or name the project with --config"
    problems = []
    for other, shown_paths in foreign.items():
        more = f" (and {plural(len(shown_paths) - 1, 'more file')})" if len(shown_paths) > 1 else ""
        problems.append(Problem(Place(shown_paths[0]), f"belongs to {display(str(other))}{more}, but {advice}"))
    if problems:
        raise OtherProjectError(problems)


def tenant_codes(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield the code and the path of each tenant file below `paths`, sorted by path. Skips what it cannot read."""
    files, _ = tenant_files(paths)
    for _, path in files:
        try:
            with Path(path).open("rb") as file:
                match = _CODE.search(file.read(_SEARCHED))
        except OSError:
            continue
        if match is not None:
            yield match[2].decode(), path


def _files(path: str, noun: str, others: frozenset[str], problems: list[Problem], *, optional: bool) -> list[str]:
    """Return the files that one path stands for."""
    before = len(problems)
    try:
        is_folder = Path(path).is_dir()
    except OSError as error:  # a name that is too long
        problems.append(Problem(Place(display(path)), f"cannot be searched: {error.strerror}"))
        return []
    if is_folder:
        all_files = list(_below(path, set(), problems))
        files = [file for file in all_files if os.path.realpath(file) not in others] if others else all_files
        if not files and len(problems) == before and not optional:
            message = f"the folder has no {noun}s (*.yaml, *.yml): name another one"
            if all_files:
                message = "the folder has only profiles: name the tenant files that use them, or no paths"
            problems.append(Problem(Place(display(path)), message))
        return files
    if not os.path.lexists(path):
        message = f"there is no such file or folder: name {noun}s, or folders of them"
        problems.append(Problem(Place(display(path)), message))
        return []
    if os.path.realpath(path) in others:
        problems.append(Problem(Place(display(path)), PROFILE))
        return []
    return [] if Path(path).name == FILE_NAME else [path]


def _below(folder: str, visited: set[tuple[int, int]], problems: list[Problem]) -> Iterator[str]:
    """Yield the tenant files in `folder` and below. A folder reached again through links is not searched again."""
    try:
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in visited:
            return
        visited.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as listing:
            entries = [entry for entry in listing if not entry.name.startswith(".")]
    except OSError as error:
        problems.append(Problem(Place(display(folder)), f"cannot be searched: {error.strerror}"))
        return
    for entry in entries:
        is_folder = False
        with suppress(OSError):  # links in a circle: whoever reads that file reports it
            is_folder = entry.is_dir()
        if is_folder:
            yield from _below(entry.path, visited, problems)
        elif entry.name.endswith(SUFFIXES) and entry.name != FILE_NAME:
            yield entry.path
