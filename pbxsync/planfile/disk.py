"""Saves plans to files and loads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.disk import atomic
from pbxsync.errors import PlanError, PlanFileError
from pbxsync.planfile.read import parse
from pbxsync.planfile.write import text
from pbxsync.text.sanitize import sanitize, truncate
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from pbxsync.model.plan import Plan

#: Bytes of the largest plan: about half a million changes.
LIMIT: Final = 256 * 1024 * 1024


def save(plan: Plan, path: str | Path, *, verbose: bool = False) -> None:
    """Write a complete plan to `path`, mode 0600, whole or not at all; `verbose` includes the rows of `unmanaged`.

    Raises `PlanError` if the plan may not be saved, `PlanFileError` if the file cannot be written.
    """
    if not plan.complete:
        failed = f"{plan.summary.failed:,} of {plural(len(plan.tenants), 'tenant')}"
        raise PlanError(
            f"the plan is incomplete ({failed} failed), so {sanitize(str(path))} was not "
            "written: fix the cause, or narrow the plan with --tenant"
        )
    content = (text(plan, verbose=verbose) + "\n").encode("utf-8")
    if len(content) > LIMIT:
        raise PlanError(f"the plan is larger than {LIMIT // 1024**2} MiB: split it with --tenant or --shard")
    try:
        atomic.write(Path(path), content)
    except OSError as error:
        raise PlanFileError(f"the plan was not saved as {sanitize(str(path))}: {atomic.reason(error)}") from None


def load(path: str | Path) -> Plan:
    """Return the plan saved in a file. Raises `PlanFileError`."""
    name = truncate(str(path), 1000)
    try:
        with Path(path).open("rb") as file:
            content = file.read(LIMIT + 1)
    except OSError as error:
        raise PlanFileError(f"the plan {name} cannot be read: {atomic.reason(error)}") from None
    if len(content) > LIMIT:
        raise PlanFileError(f"the plan {name} cannot be read: it is larger than {LIMIT // 1024**2} MiB")
    return parse(content, str(path))
