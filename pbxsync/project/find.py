"""Finds the project file and reads it together with the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.errors import ProjectError
from pbxsync.model.entry import Place, Problem
from pbxsync.project import url
from pbxsync.project.project import URL_VARIABLE, Project
from pbxsync.project.secrets import SecretResolver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NAME: Final = "pbxsync.yaml"


def find(paths: Sequence[Path], config: Path | None, environ: Mapping[str, str], cwd: Path) -> Project:
    """Return the project that `config` is, or that stands nearest above the first path (without one: above `cwd`).

    Without a project file everything has its default. Raises ProjectError with all problems of the file at once.
    """
    file = cwd / config if config is not None else _above(cwd / paths[0] if paths else cwd)
    environment_url = _environment_url(environ, cwd)
    if file is None:
        vault = SecretResolver(environ, cwd)
        return Project(root=cwd, vault=vault, tenants=(cwd / "tenants",), configured_url=environment_url)
    from pbxsync.project.schema import read_project  # noqa: PLC0415 - without a project file, no YAML is loaded

    return read_project(file, environ, environment_url)


def _above(start: Path) -> Path | None:
    """Return the nearest project file in the folder that is, or holds, `start`, or above it."""
    absolute = start.absolute()
    folder = absolute if absolute.is_dir() else absolute.parent
    return next((each / NAME for each in (folder, *folder.parents) if (each / NAME).is_file()), None)


def _environment_url(environ: Mapping[str, str], cwd: Path) -> str | None:
    written = environ.get(URL_VARIABLE)
    if not written:
        return None
    refusal = url.refusal(written)
    if refusal is not None:
        raise ProjectError([Problem(Place("environment"), f"{URL_VARIABLE}: {refusal}")])
    return url.resolved(written, cwd)
