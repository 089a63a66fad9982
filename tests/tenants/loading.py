"""Helps the tests of this folder to write tenant files and to load them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pbxsync.errors import FilesError
from pbxsync.project import Project, find
from pbxsync.tenants.load import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _pytest.mark.structures import ParameterSet

    from pbxsync.tenants.desired import Desired


def project(folder: Path, text: str = "") -> Project:
    if text:
        (folder / "pbxsync.yaml").write_text(text)
    return find([folder], None, {}, folder)


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write `files` below `folder`."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def desired(folder: Path, files: Mapping[str, str | bytes], settings: str = "", globs: tuple[str, ...] = ()) -> Desired:
    """Write `files` below `folder`, the working directory of the test, and load all of them."""
    write(folder, files)
    return load([Path()], project(folder, settings), globs)


def refusals(folder: Path, files: Mapping[str, str | bytes], settings: str = "") -> list[str]:
    """Return the problems of `files`, as people see them."""
    with pytest.raises(FilesError) as refused:
        desired(folder, files, settings)
    assert all(problem.place.file for problem in refused.value.problems)
    return [str(problem) for problem in refused.value.problems]


def cases(file: Path) -> list[ParameterSet]:
    """Return (file, problems) of each case of a table of refusals."""
    found = []
    for case in file.read_text().split("\n=== ")[1:]:
        title, _, rest = case.partition("\n")
        lines = rest.splitlines()
        text = "\n".join(line for line in lines if not line.startswith("→ "))
        problems = [line.removeprefix("→ ") for line in lines if line.startswith("→ ")]
        assert problems, title
        found.append(pytest.param(text, problems, id=title))
    return found


def tenant(code: str, *names: str) -> str:
    """Return the text of a tenant file whose destinations have only names."""
    return (
        f"tenant: {code}\ndestinations: []"
        if not names
        else (f"tenant: {code}\ndestinations:\n" + "".join(f"  - name: {name}\n" for name in names))
    )


def places(found: Desired) -> list[tuple[str, str | None]]:
    """Return (file:line, name) of all destinations, in order."""
    entries = [entry for code in found.tenants for entry in found.entries(code)]
    return [(f"{entry.place.file}:{entry.place.line}", entry.name) for entry in entries]
