"""All kinds of faults by name. The help and the documentation are made from this table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.emulator.faults import bodies, network, pages, rows, values

if TYPE_CHECKING:
    from pbxsync.emulator.faults.base import Kind

GROUPS: Final[dict[str, tuple[Kind, ...]]] = {
    "The network": network.KINDS,
    "A proxy or web server in front": pages.KINDS,
    "The body of the reply": bodies.KINDS,
    "The rows in the reply": rows.KINDS,
    "Storage and caches": values.KINDS,
}

FAULTS: Final[dict[str, Kind]] = {kind.name: kind for kinds in GROUPS.values() for kind in kinds}
