"""From the paths that somebody names to the tenant files that they mean: sorted, each once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.entry import Place, Problem
from pbxsync.files.source import display
from pbxsync.project.find import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUFFIXES: Final = (".yaml", ".yml")


def tenant_files(paths: Sequence[Path]) -> tuple[list[tuple[str, str]], list[Problem]]:
    """Return the tenant files below `paths` as (how it is shown, path), sorted, and the problems of the paths.

    A folder stands for all `.yaml` and `.yml` files in it and below, except hidden ones. A `pbxsync.yaml` is never one.
    """
    found: dict[str, tuple[str, str]] = {}
    problems = []
    for path in map(str, paths):
        files, problem = _files(path)
        for file in files:
            real, named = os.path.realpath(file), (display(file), file)
            found[real] = min(found.get(real, named), named)
        if problem:
            problems.append(Problem(Place(display(path)), problem))
    return sorted(found.values()), problems


def _files(path: str) -> tuple[list[str], str]:
    """Return the tenant files that one path stands for, or what is wrong with it."""
    if Path(path).is_dir():
        folders: set[tuple[int, int]] = set()
        try:
            files = list(_below(path, folders))
        except OSError as error:
            return [], f"cannot be searched: {error.strerror}"
        return files, "" if files else "a folder without tenant files (*.yaml, *.yml): name another one"
    if not os.path.lexists(path):
        return [], "no such file or folder: name tenant files or folders of them"
    if Path(path).name == NAME:
        return [], ""
    return [path], ""


def _below(folder: str, visited: set[tuple[int, int]]) -> Iterator[str]:
    """Yield the tenant files in `folder` and below; a folder reached again through links is not searched again."""
    status = Path(folder).stat()
    if (status.st_dev, status.st_ino) in visited:
        return
    visited.add((status.st_dev, status.st_ino))
    with os.scandir(folder) as listing:
        entries = [entry for entry in listing if not entry.name.startswith(".")]
    for entry in entries:
        if entry.is_dir():
            yield from _below(entry.path, visited)
        elif entry.name.endswith(SUFFIXES) and entry.name != NAME:
            yield entry.path
