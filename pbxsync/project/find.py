"""Finds the project file, and reads it together with the environment."""

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

FILE_NAME: Final = "pbxsync.yaml"


def find(paths: Sequence[Path], config: Path | None, environ: Mapping[str, str], cwd: Path) -> Project:
    """Return the project of the file `config`, or of the nearest file above the first path (above `cwd` without one).

    Without a project file everything has its default. Raises ProjectError with all problems of the file at once.
    """
    if config is not None:
        file: Path | None = cwd / config
    else:
        start = (cwd / paths[0] if paths else cwd).absolute()
        folder = start if start.is_dir() else start.parent
        candidates = (parent / FILE_NAME for parent in (folder, *folder.parents))
        file = next((candidate for candidate in candidates if candidate.is_file()), None)

    environment_url = environ.get(URL_VARIABLE) or None
    if environment_url is not None:
        if (refusal := url.refusal(environment_url)) is not None:
            raise ProjectError([Problem(Place("environment"), f"{URL_VARIABLE}: {refusal}")])
        environment_url = url.resolve(environment_url, cwd)

    if file is None:
        secrets = SecretResolver(environ, cwd)
        return Project(root=cwd, secret_resolver=secrets, tenants=(cwd / "tenants",), configured_url=environment_url)
    from pbxsync.project.project_file import read_project  # noqa: PLC0415 - without a project file, no YAML is loaded

    return read_project(file, environ, environment_url)
