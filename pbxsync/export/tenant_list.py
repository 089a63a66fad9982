"""Which tenants `export` goes through, and whether their files may be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.disk.read import display, read_option_file
from pbxsync.errors import UsageError
from pbxsync.kinds.tenant import CODE, CODE_RULE
from pbxsync.tenants.discover import tenant_codes
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def unique_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Return tenant codes in their order, each once. Raises UsageError for what is not a code."""
    unique = tuple(dict.fromkeys(codes))
    for code in unique:
        if not CODE.fullmatch(code):
            raise UsageError(f"{quote(code)} is not a tenant: {CODE_RULE}")
    return unique


def read_tenant_list(path: Path) -> list[str]:
    """Return the tenants of a file that has one a line and comments after `#`. Raises UsageError with the line."""
    lines = read_option_file("--tenant-list", path).split("\n")
    codes = [line.partition("#")[0].strip() for line in lines]
    for number, code in enumerate(codes, start=1):
        if code and not CODE.fullmatch(code):
            raise UsageError(f"{display(str(path))}:{number}: {quote(code)} is not a tenant: {CODE_RULE}")
    return [code for code in codes if code]


def check_no_other_file(codes: Sequence[str], folder: Path) -> None:
    """Raise UsageError if `folder` has one of these tenants in a file other than the one to be written.

    Together they would define every destination twice.
    """
    if not folder.is_dir():
        return
    exported = frozenset(codes)
    for code, path in tenant_codes([folder]):
        if code in exported and Path(path) != folder / f"{code}.yaml":
            raise UsageError(
                f"{display(path)} already has tenant {code}: add to it with --merge, or export to another folder"
            )


def check_has_file(codes: Sequence[str], known: Sequence[str]) -> None:
    """Raise UsageError for a tenant that has no file yet."""
    for code in codes:
        if code not in known:
            near = did_you_mean(code, known)
            raise UsageError(f"tenant {code} has no file{near}: export it with --out to create one")
