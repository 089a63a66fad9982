"""`pbxsync.yaml`, checked: all its problems at once, or the Project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.document.bytes import Unreadable, display, read_bytes
from pbxsync.document.problems import UNLISTED, Problems
from pbxsync.document.reader import read
from pbxsync.errors import ProjectError
from pbxsync.model.entry import Place, Problem
from pbxsync.project import keys, settings
from pbxsync.project.project import Project
from pbxsync.project.secrets import SecretResolver
from pbxsync.project.types import type_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pbxsync.document.reader import Item

KEYS: Final = (
    "url",
    "tenants",
    "read_key",
    "write_key",
    "keys",
    "timeout",
    "retries",
    "max_changes",
    "unlisted_params",
    "types",
)


def read_project(file: Path, environ: Mapping[str, str], environment_url: str | None) -> Project:
    """Return the project of `file`; `environment_url` wins over its url. Raises ProjectError."""
    shown = display(str(file))
    try:
        document = read(read_bytes(str(file)))
    except Unreadable as error:
        raise ProjectError([Problem(Place(shown), f"the project file {error}")]) from None
    findings = Problems(shown)
    findings.begin(document)
    root = None if document.root is None else findings.mapping(document.root, "the project file", "a mapping")
    project = None if root is None else _project(root, findings, file, environ, environment_url)
    if findings or project is None:
        raise ProjectError(findings.problems())
    return project


def _project(
    items: dict[str, Item], findings: Problems, file: Path, environ: Mapping[str, str], environment_url: str | None
) -> Project:
    folder = file.absolute().parent
    findings.unknown_keys(items, KEYS, "the project file")
    total, per_tenant = settings.max_changes(items, findings)
    file_url = settings.url(items, findings, folder)
    return Project(
        root=folder,
        vault=SecretResolver(environ, folder),
        file=file.absolute(),
        configured_url=environment_url or file_url,
        tenants=settings.tenants(items, findings, folder),
        timeout=settings.timeout(items, findings),
        retries=settings.retries(items, findings),
        max_changes=total,
        max_changes_per_tenant=per_tenant,
        clear_unlisted=findings.choice(items, "unlisted_params", UNLISTED) == "clear",
        types=type_rules(items, findings),
        default_keys=keys.default_keys(items, findings),
        tenant_keys=keys.tenant_keys(items, findings),
    )
