"""Type names that look like a slip of the pen. Offline, only the types of the project are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.model.entry import Problem
from pbxsync.text.sanitize import quote
from pbxsync.text.words import nearest

if TYPE_CHECKING:
    from pbxsync.project import Project
    from pbxsync.tenants.load import Desired

#: How near a name must be: a type that the project merely says nothing of gets no remark.
_NEAR: Final = 0.8
_WHERE: Final = "`pbxsync types` lists what the PBX has"


def slips(desired: Desired, project: Project) -> tuple[Problem, ...]:
    """Return a warning for each destination whose type is not in the project, where one much like it is."""
    meant = {name: found for name in desired.types if (found := _meant(name, project)) is not None}
    if not meant:
        return ()
    return tuple(
        Problem(
            entry.place, f"the project has no type {quote(entry.type)}; did you mean {meant[entry.type]}? ({_WHERE})"
        )
        for tenant in desired.tenants
        for entry in desired.entries(tenant)
        if entry.type is not None and entry.type in meant
    )


def _meant(name: str, project: Project) -> str | None:
    if name in project.types or name.isdigit():
        return None
    found = nearest(name, (known for known in project.types if not known.isdigit()), _NEAR)
    return None if found is None else quote(found)
