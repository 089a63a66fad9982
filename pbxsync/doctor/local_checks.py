"""Checks without a request: version, project file, url, tenant files, keys."""

from __future__ import annotations

import platform
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pbxsync import __version__
from pbxsync.disk.read import display
from pbxsync.doctor.check import Check, failed, passed, warned
from pbxsync.errors import InputError, OtherProjectError, ProjectError
from pbxsync.project.url import EMULATOR
from pbxsync.tenants.discover import input_paths, tenant_codes
from pbxsync.tenants.load import load
from pbxsync.tenants.table_file import table_codes
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import first_names, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pbxsync.project import Project
    from pbxsync.tenants.desired import Desired

#: Tenants, keys or types that a message lists before it counts the rest.
SHOWN: Final = 5


def version() -> Check:
    """Return the versions of pbxsync and Python."""
    return passed("version", f"pbxsync {__version__} on Python {platform.python_version()}, {platform.system()}")


def project_file(project: Project) -> Check:
    """Check that there is a project file."""
    if project.file is None:
        message = "no project file: pbxsync uses its defaults and the environment; write pbxsync.yaml to change that"
        return warned("project", message)
    return passed("project", f"project file {display(str(project.file))}")


def url(project: Project) -> Check:
    """Check the url, and say how requests are protected. Shows only what a valid url may contain."""
    try:
        address = project.url
    except ProjectError as error:
        return failed("url", str(error))
    if address.startswith(EMULATOR):
        return passed("url", f"url {sanitize(address)}: an emulated PBX on this machine")
    protection = "TLS, verified" if address.startswith("https:") else "plain http, only on this machine"
    return passed("url", f"url {address} ({protection})")


def tenant_files(project: Project, paths: Sequence[Path]) -> tuple[Check, tuple[str, ...], Desired | None]:
    """Check the tenant files. Also return the codes of their tenants and, if every file is valid, the desired state."""
    try:
        desired = load(paths, project)
    except OtherProjectError:
        raise  # nothing may be sent: the files may be for another PBX
    except InputError as error:
        more = len(error.problems) - 1
        rest = f" (and {plural(more, 'more problem')}: `pbxsync validate` shows them)" if more else ""
        chosen = input_paths(paths, project)
        found = (*(code for code, _ in tenant_codes(chosen.tenants)), *table_codes(chosen.tables))
        codes = tuple(dict.fromkeys(found))
        return failed("files", f"{error.problems[0]}{rest}"), codes, None
    files, tenants = plural(desired.files, "tenant file"), plural(len(desired.tenants), "tenant")
    message = f"{files} of {tenants} with {plural(desired.destinations, 'destination')}"
    return passed("files", message), desired.tenants, desired


def keys(project: Project, tenants: Sequence[str]) -> Iterator[Check]:
    """Check that every tenant has its keys. Keys are shown by the variable or file that holds them."""
    for kind in ("read", "write"):
        tenants_by_key: dict[str, list[str]] = defaultdict(list)
        tenants_by_advice: dict[str, list[str]] = defaultdict(list)
        for tenant in tenants:
            try:
                (project.read_key if kind == "read" else project.write_key)(tenant)
            except ProjectError as error:
                advice = error.problems[0].message.rpartition(": ")[2]
                tenants_by_advice[advice].append(tenant)
            else:
                tenants_by_key[project.key_name(tenant, write=kind == "write") or ""].append(tenant)
        for name, users in list(tenants_by_key.items())[:SHOWN]:
            yield passed(f"{kind} key", f"{kind} key {name} for {first_names(users, SHOWN, 'tenant')}")
        if len(tenants_by_key) > SHOWN:
            yield passed(f"{kind} key", f"{plural(len(tenants_by_key) - SHOWN, f'more {kind} key')} for other tenants")
        for advice, without in tenants_by_advice.items():
            missing = f"no {kind} key for {first_names(without, SHOWN, 'tenant')}"
            if kind == "read":
                yield failed("read key", f"{missing}: {advice}")
            else:
                yield warned("write key", f"{missing}, so apply would stop: {advice}")
