"""Finds the project file, and reads it together with the environment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.errors import ProjectError
from pbxsync.model.entry import Place, Problem
from pbxsync.project import url
from pbxsync.project.allowed import Allowed
from pbxsync.project.project import URL_VARIABLE, Project
from pbxsync.project.secrets import SecretResolver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FILE_NAME: Final = "pbxsync.yaml"


def find(paths: Sequence[Path], config: Path | None, environ: Mapping[str, str], cwd: Path) -> Project:
    """Return the project of the file `config`, or of the nearest file above the first path (above `cwd` without one).

    Without a project file everything has its default. Raises ProjectError with all problems of the file at once.
    """
    file = cwd / config if config is not None else nearest_project_file(cwd / paths[0] if paths else cwd)

    environment_url = environ.get(URL_VARIABLE) or None
    if environment_url is not None:
        if (refusal := url.refusal(environment_url)) is not None:
            raise ProjectError([Problem(Place("environment"), f"{URL_VARIABLE}: {refusal}")])
        environment_url = url.resolve(environment_url, cwd)
        if (refusal := Allowed.by(environ).url_refusal(environment_url)) is not None:
            raise ProjectError([Problem(Place("environment"), f"{URL_VARIABLE}: {refusal}")])

    if file is None:
        secrets = SecretResolver(environ, cwd)
        return Project(root=cwd, secret_resolver=secrets, tenants=(cwd / "tenants",), configured_url=environment_url)
    from pbxsync.project.project_file import read_project  # noqa: PLC0415 - without a project file, no YAML is loaded

    return read_project(file, environ, environment_url)._replace(is_explicit=config is not None)


def nearest_project_file(start: Path) -> Path | None:
    """Return the project file in the folder that is, or holds, `start`, or else the nearest one above it."""
    absolute = Path(os.path.abspath(start))  # noqa: PTH100 - the parents of a/../b do not include a
    folder = absolute if absolute.is_dir() else absolute.parent
    candidates = (parent / FILE_NAME for parent in (folder, *folder.parents))
    return next((candidate for candidate in candidates if candidate.is_file()), None)
