"""The desired state of all tenants in scope, given out one tenant at a time."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.model.entry import Entry, Param
from pbxsync.tenants.spool import place_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from pbxsync.model.entry import Problem
    from pbxsync.tenants.spool import Slot, Spool


class LoadedFile(NamedTuple):
    """A tenant file, or rows of a table: the path as messages show it, the rows in the spool, and their number."""

    file: str
    slot: Slot
    size: int


class UsedProfiles(NamedTuple):
    """The profile files as messages show them, in the order of their numbers, and the tenants that use each profile."""

    files: Sequence[str] = ()
    users: Mapping[str, Collection[str]] = MappingProxyType({})


NO_PROFILES: Final = UsedProfiles()


class Desired:
    """What the tenant files say. Nothing is unpacked before somebody asks for its tenant."""

    def __init__(
        self,
        files: Mapping[str, Sequence[LoadedFile]],
        spool: Spool,
        warnings: tuple[Problem, ...],
        file_count: int,
        types: frozenset[str],
        checksums: tuple[tuple[int, int], ...] = (),
        profiles: UsedProfiles = NO_PROFILES,
    ) -> None:
        self._files = files
        self._spool = spool
        #: The codes of the tenants in scope, sorted.
        self.tenants = tuple(sorted(files))
        self.warnings = warnings
        #: How many files were read, including those of tenants out of scope, which were checked too.
        self.files = file_count
        #: The types that the files name, by name or number, as they are written.
        self.types = types
        #: The size and CRC-32 of each file, profiles included, sorted: they tell by accident different files apart, not
        #: forged ones.
        self.checksums = checksums
        #: How many of the tenants in scope each profile serves, by its name.
        self.profiles = {name: sum(code in files for code in users) for name, users in sorted(profiles.users.items())}
        self._profile_files = profiles.files

    @property
    def destinations(self) -> int:
        """How many destinations the tenants in scope have in the files."""
        return sum(loaded.size for files in self._files.values() for loaded in files)

    def files_of(self, tenant: str) -> tuple[str, ...]:
        """Return the files of one tenant as messages show them: tenant files, sorted, then tables."""
        return tuple(dict.fromkeys(loaded.file for loaded in self._files.get(tenant, ())))

    def entries(self, tenant: str) -> tuple[Entry, ...]:
        """Return the destinations of one tenant, in the order of its files, then those of profiles, then line."""
        entries = []
        for file, slot, _ in self._files.get(tenant, ()):
            names = (file, *self._profile_files)
            for row in self._spool.get(slot):
                _, _, number, name, type_name, old_name, clear, params, _, _ = row
                place = place_of(row, names)
                given = tuple(
                    [
                        Param(key, value, names[of], at + 1, indent + 1, place.use if of else None)
                        for key, value, at, indent, of in params
                    ]
                )
                entries.append(Entry(tenant, place, number, name, type_name, given, old_name, clear))
        return tuple(entries)
