"""Checks of paths and options before any request. Each raises UsageError."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.disk import atomic
from pbxsync.errors import UsageError
from pbxsync.project.tables import TABLE_SUFFIX
from pbxsync.text.sanitize import truncate
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_TENANT_FILE_SUFFIXES: Final = (".yaml", ".yml", TABLE_SUFFIX)


def split_paths(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return paths of tenant files and tables (folders, `.yaml`, `.yml`, `.csv`), and saved plans (all other files)."""
    plans = tuple(path for path in paths if path.suffix not in _TENANT_FILE_SUFFIXES and not path.is_dir())
    return tuple(path for path in paths if path not in plans), plans


def check_tenant_paths(paths: Sequence[Path]) -> None:
    """Refuse saved plans and files that do not exist."""
    _, plans = split_paths(paths)
    if plans:
        shown = truncate(str(plans[0]), 1000)
        raise UsageError(
            f"{shown} is not a folder and does not end in .yaml, .yml or .csv. A saved plan can only be shown or applied"
            if plans[0].exists()
            else f"{shown}: no such file or folder"
        )


def check_plan_out(out: Path) -> None:
    """Refuse a file name that a later run would read as a tenant file, or that cannot be written."""
    if out.suffix in _TENANT_FILE_SUFFIXES:
        raise UsageError(
            f"--out {truncate(str(out), 1000)}: a saved plan may not end in .yaml, .yml or .csv as tenant files and tables"
            " do: use another name, such as change.plan"
        )
    check_out(out)


def check_out(out: Path) -> None:
    """Refuse an `--out` at which no file can be written."""
    try:
        atomic.check(out)
    except OSError as error:
        raise UsageError(f"--out {truncate(str(out), 1000)}: {atomic.reason(error)}") from None


def check_format(fmt: str, formats: Sequence[str]) -> None:
    """Refuse an unknown format."""
    if fmt not in formats:
        raise UsageError(f"unknown format '{truncate(fmt)}'{did_you_mean(fmt, formats)}. Formats: {', '.join(formats)}")
