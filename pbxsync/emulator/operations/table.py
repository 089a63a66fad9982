"""Which operation a request names."""

from __future__ import annotations

from typing import Final

from pbxsync.emulator.operations import managedb
from pbxsync.emulator.operations.base import Operation

OPERATIONS: Final[dict[tuple[str, str, str], Operation]] = {
    ("MANAGEDB", "CUSTOMTYPES", "LIST"): Operation(managedb.list_types),
    ("MANAGEDB", "CUSTOM", "LIST"): Operation(managedb.list_destinations),
    ("MANAGEDB", "CUSTOM", "GET"): Operation(managedb.get_destination),
    ("MANAGEDB", "CUSTOM", "ADD"): Operation(managedb.add_destination, writes=True),
    ("MANAGEDB", "CUSTOM", "UPDATE"): Operation(managedb.update_destination, writes=True),
}
"""Reqtype, object, and action (or info), to what they do."""


def find(reqtype: str, obj: str, action: str) -> Operation | None:
    """Look an operation up; None where the PBX has none of that name."""
    return OPERATIONS.get((reqtype, obj, action))
