"""The plain settings of a project file: url, default paths, time-out, tries, limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxsync.project import url as urls

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item

LIMIT_KEYS: Final = ("total", "per_tenant")
LONGEST_TIMEOUT: Final = 3600
MOST_TRIES: Final = 100
_SECONDS: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")
_COUNT: Final = re.compile(r"[0-9]{1,9}")


def url(items: dict[str, Item], findings: Problems, folder: Path) -> str | None:
    """Return the url, its emulator file made absolute."""
    written = findings.text(items, "url")
    if written is None:
        return None
    refusal = urls.refusal(written)
    if refusal is not None:
        findings.add(items["url"][1], items["url"][2], refusal)
        return None
    return urls.resolved(written, folder)


def tenants(items: dict[str, Item], findings: Problems, folder: Path) -> tuple[Path, ...]:
    """Return the default paths of tenant files, absolute; `tenants/` where none are given."""
    item = items.get("tenants")
    if item is None:
        return (folder / "tenants",)
    nodes = [item] if isinstance(item[0], str) else findings.sequence(item, "tenants", "a list of files and folders")
    found = []
    for value, line, column, *_ in nodes or ():
        if isinstance(value, str) and value:
            found.append(folder / value)
        else:
            findings.add(line, column, "each of tenants must be the path of a file or folder")
    if nodes is not None and not nodes:
        findings.add(item[1], item[2], "tenants lists no path: write one, or leave the key out for tenants/")
    return tuple(found)


def timeout(items: dict[str, Item], findings: Problems) -> float:
    """Return the seconds that one request may take."""
    written = findings.text(items, "timeout", "write seconds, for instance 30")
    if written is None:
        return 30.0
    seconds = float(written) if _SECONDS.fullmatch(written) else 0.0
    if not 0 < seconds <= LONGEST_TIMEOUT:
        findings.at_value(items["timeout"], f"timeout must be seconds, more than 0 and at most {LONGEST_TIMEOUT}")
    return seconds


def retries(items: dict[str, Item], findings: Problems) -> int:
    """Return how often a read is tried."""
    written = findings.text(items, "retries", "write a count, for instance 4")
    if written is None:
        return 4
    count = int(written) if _COUNT.fullmatch(written) else 0
    if not 0 < count <= MOST_TRIES:
        findings.at_value(items["retries"], f"retries must be how often a read is tried, 1 to {MOST_TRIES}")
    return count


def max_changes(items: dict[str, Item], findings: Problems) -> tuple[int | None, int | None]:
    """Return the most changes in one apply, in all and in each tenant; None where there is no limit."""
    item = items.get("max_changes")
    if item is None:
        return None, None
    if not isinstance(item[0], dict):
        return _limit(items, "max_changes", findings), None
    findings.unknown_keys(item[0], LIMIT_KEYS, "max_changes")
    if not item[0]:
        findings.add(item[1], item[2], "max_changes is empty: write a number, or total: and per_tenant:")
    return _limit(item[0], "total", findings), _limit(item[0], "per_tenant", findings)


def _limit(items: dict[str, Item], key: str, findings: Problems) -> int | None:
    written = findings.text(items, key, "write a number")
    if written is None:
        return None
    if not _COUNT.fullmatch(written):
        findings.at_value(items[key], f"{key} must be a number of changes, for instance 50")
        return None
    return int(written)
