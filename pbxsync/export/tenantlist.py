"""Which tenants a command is to go through, and whether their files may be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.document.bytes import display, text_given
from pbxsync.document.problems import TENANT_CODE, TENANT_RULE
from pbxsync.errors import UsageError
from pbxsync.tenants.discover import tenant_codes
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def wanted(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the tenants in the order in which they are named, each once. Raises UsageError for what is no code."""
    found = tuple(dict.fromkeys(codes))
    for code in found:
        if not TENANT_CODE.fullmatch(code):
            raise UsageError(f"{quote(code)} is no tenant: {TENANT_RULE}")
    return found


def listed_in(path: Path) -> list[str]:
    """Return the tenants of a file with one a line; what follows a `#` is a comment. Raises UsageError with its line."""
    text = text_given("--tenant-list", path)
    found = [(number, line.partition("#")[0].strip()) for number, line in enumerate(text.split("\n"), 1)]
    for number, code in found:
        if code and not TENANT_CODE.fullmatch(code):
            raise UsageError(f"{display(str(path))}:{number}: {quote(code)} is no tenant: {TENANT_RULE}")
    return [code for _, code in found if code]


def check_alone(codes: Sequence[str], folder: Path) -> None:
    """Raise UsageError where another file of `folder` is of one of these tenants: together they would say it twice."""
    if not folder.is_dir():
        return
    wanted_codes = frozenset(codes)
    for code, path in tenant_codes([folder]):
        if code in wanted_codes and Path(path) != folder / f"{code}.yaml":
            raise UsageError(
                f"{display(path)} is of tenant {code} already: add what it lacks with --merge, or export to another folder"
            )


def check_known(codes: Sequence[str], known: Sequence[str]) -> None:
    """Raise UsageError for a tenant that has no file yet."""
    for code in codes:
        if code not in known:
            raise UsageError(
                f"no file is of tenant {code}{did_you_mean(code, known)}: to begin one, export it with --out"
            )
