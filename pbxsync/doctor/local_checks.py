"""What can be looked at without a request: versions, the project file, the url, the tenant files, the keys."""

from __future__ import annotations

import platform
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pbxsync import __version__
from pbxsync.disk.read import display
from pbxsync.doctor.check import Check, bad, odd, ok
from pbxsync.errors import InputError, ProjectError
from pbxsync.project.url import EMULATOR
from pbxsync.tenants.discover import tenant_codes
from pbxsync.tenants.load import load
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import first_names, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pbxsync.project import Project

#: Of things that are wrong in the same way, so many are shown.
SHOWN: Final = 5


def version() -> Check:
    """Tell what runs here."""
    return ok("version", f"pbxsync {__version__} on Python {platform.python_version()}, {platform.system()}")


def project_file(project: Project) -> Check:
    """Tell which project file there is."""
    if project.file is None:
        return odd("project", "no project file: defaults and the environment hold; write pbxsync.yaml to change that")
    return ok("project", f"project file {display(str(project.file))}")


def url(project: Project) -> Check:
    """Tell where requests would go, and whether on a safe way. Never shows more of the url than a project may hold."""
    try:
        found = project.url
    except ProjectError as error:
        return bad("url", str(error))
    if found.startswith(EMULATOR):
        return ok("url", f"url {sanitize(found)}: an emulated PBX of this machine")
    how = "TLS, verified" if found.startswith("https:") else "plain http, on this machine alone"
    return ok("url", f"url {found} ({how})")


def tenant_files(project: Project, paths: Sequence[Path]) -> tuple[Check, tuple[str, ...], int]:
    """Tell whether the tenant files are sound, of which tenants they are, and how many destinations they have."""
    try:
        desired = load(paths or project.tenants, project)
    except InputError as error:
        more = len(error.problems) - 1
        rest = f" (and {plural(more, 'more problem')}: `pbxsync validate` shows them)" if more else ""
        codes = tuple(dict.fromkeys(code for code, _ in tenant_codes(paths or project.tenants)))
        return bad("files", f"{error.problems[0]}{rest}"), codes, 0
    files, tenants = plural(desired.files, "tenant file"), plural(len(desired.tenants), "tenant")
    message = f"{files} of {tenants} with {plural(desired.destinations, 'destination')}"
    return ok("files", message), desired.tenants, desired.destinations


def keys(project: Project, tenants: Sequence[str]) -> Iterator[Check]:
    """Tell for which tenants there is a key, under which name, and what to set where there is none."""
    yield from _keys(project, tenants, write=False)
    yield from _keys(project, tenants, write=True)


def _keys(project: Project, tenants: Sequence[str], *, write: bool) -> Iterator[Check]:
    kind = "write" if write else "read"
    named: dict[str, list[str]] = defaultdict(list)
    lacking: dict[str, list[str]] = defaultdict(list)
    for tenant in tenants:
        try:
            (project.write_key if write else project.read_key)(tenant)
        except ProjectError as error:
            lacking[error.problems[0].message.rpartition(": ")[2]].append(tenant)
        else:
            named[project.key_name(tenant, write=write) or ""].append(tenant)
    for name, whose in list(named.items())[:SHOWN]:
        yield ok(f"{kind} key", f"{kind} key {name} for {first_names(whose, SHOWN, 'tenant')}")
    if len(named) > SHOWN:
        yield ok(f"{kind} key", f"{plural(len(named) - SHOWN, f'more {kind} key')} for other tenants")
    for advice, whose in lacking.items():
        if write:
            yield odd(
                "write key", f"no write key for {first_names(whose, SHOWN, 'tenant')}, so apply would stop: {advice}"
            )
        else:
            yield bad("read key", f"no read key for {first_names(whose, SHOWN, 'tenant')}: {advice}")
