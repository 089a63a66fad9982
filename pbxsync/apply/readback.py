"""What must read back after a change, and how the stored row differs from it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.kinds.compare import compare
from pbxsync.kinds.custom_destination import COLUMNS, FIELDS, fields_of
from pbxsync.model.plan import SecretDiff
from pbxsync.model.report import Mismatch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbxsync.model.plan import Change, Destination


def columns(change: Change) -> dict[str, str]:
    """Return the columns to send and their text: those that change, and no others (doc: update takes only these)."""
    return {COLUMNS[row.field]: row.new_value for row in change.diff}


def expected(change: Change, before: Destination | None) -> dict[str, str]:
    """Return the fields that must read back: those that change, and for an update all others as they were before."""
    unchanged = {} if before is None else {name: value or "" for name, value in fields_of(before).items()}
    return unchanged | {row.field: row.new_value for row in change.diff}


def mismatches(
    change: Change, wanted: Mapping[str, str], stored: Destination, hide: Callable[[str, str], bool]
) -> tuple[Mismatch, ...]:
    """Return each field that is not stored as wanted, in the order of the fields.

    `hide(field, value)` tells what must not be shown besides the sensitive fields of the change.
    """
    planned = {name: wanted[name] for name in FIELDS if name in wanted}
    actual = {name: value or "" for name, value in fields_of(stored).items()}
    rows = {row.field: row for row in change.diff}
    found = []
    for name in compare(actual, planned):
        row = rows.get(name)
        label = None if row is None else row.label
        if isinstance(row, SecretDiff) or hide(name, actual[name]) or hide(name, planned[name]):
            found.append(Mismatch(name, label, None, None, sensitive=True))
        else:
            found.append(Mismatch(name, label, planned[name], actual[name]))
    return tuple(found)
