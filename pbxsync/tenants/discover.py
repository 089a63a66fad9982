"""From the paths that somebody names to the tenant files that they mean: sorted, each once."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.document.bytes import display
from pbxsync.model.entry import Place, Problem
from pbxsync.project.find import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUFFIXES: Final = (".yaml", ".yml")


def tenant_files(paths: Sequence[Path]) -> tuple[list[tuple[str, str]], list[Problem]]:
    """Return the tenant files below `paths` as (how it is shown, path), sorted, and the problems of the paths.

    A folder stands for all `.yaml` and `.yml` files in it and below, except hidden ones. A `pbxsync.yaml` is never one.
    """
    found: dict[str, tuple[str, str]] = {}
    problems: list[Problem] = []
    for path in map(str, paths):
        for file in _files(path, problems):
            real, named = os.path.realpath(file), (display(file), file)
            found[real] = min(found.get(real, named), named)
    return sorted(found.values()), problems


def _files(path: str, problems: list[Problem]) -> list[str]:
    """Return the tenant files that one path stands for; what is wrong with it is added to `problems`."""
    before = len(problems)
    try:
        is_folder = Path(path).is_dir()
    except OSError as error:  # a name that is too long
        problems.append(Problem(Place(display(path)), f"cannot be searched: {error.strerror}"))
        return []
    if is_folder:
        files = list(_below(path, set(), problems))
        if not files and len(problems) == before:
            said = "a folder without tenant files (*.yaml, *.yml): name another one"
            problems.append(Problem(Place(display(path)), said))
        return files
    if not os.path.lexists(path):
        said = "no such file or folder: name tenant files or folders of them"
        problems.append(Problem(Place(display(path)), said))
        return []
    return [] if Path(path).name == NAME else [path]


def _below(folder: str, visited: set[tuple[int, int]], problems: list[Problem]) -> Iterator[str]:
    """Yield the tenant files in `folder` and below; a folder reached again through links is not searched again."""
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
        if _is_folder(entry):
            yield from _below(entry.path, visited, problems)
        elif entry.name.endswith(SUFFIXES) and entry.name != NAME:
            yield entry.path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links that lead round in a circle: whoever reads that file says so
        return False


_TENANT: Final = re.compile(
    rb"^tenant:[ \t]+([\"']?)([A-Za-z0-9][A-Za-z0-9._-]{0,63})\1[ \t]*(?:#.*)?\r?$", re.MULTILINE
)
#: The code stands in the first lines, after a comment at most.
_LOOKED_AT: Final = 16 * 1024


def tenant_codes(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield the code that each tenant file below `paths` begins with, and its path, in order; no file is checked."""
    files, _ = tenant_files(paths)
    for _, path in files:
        try:
            with Path(path).open("rb") as file:
                found = _TENANT.search(file.read(_LOOKED_AT))
        except OSError:
            continue
        if found is not None:
            yield found[2].decode(), path
