"""Which entry of the files is which live destination. Pure; a doubt is an error, never a pick."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.errors import MatchError
from pbxsync.text.sanitize import quote
from pbxsync.text.words import similar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.model.entry import Entry

#: Of more names that are alike nobody wants to read, for each of them; and all against all would be quadratic.
_MOST_ALIKE = 3


@dataclass(frozen=True, slots=True)
class Matching:
    """`pairs` in the order of the entries, with the live id or None for an add; `unmanaged` ids in live order."""

    pairs: tuple[tuple[Entry, str | None], ...]
    unmanaged: tuple[str, ...]
    warnings: tuple[str, ...]


def match(entries: Sequence[Entry], live: Sequence[tuple[str, str]]) -> Matching:
    """Match entries with live destinations, given as `(id, name)`: by id, else by exact name, else by `renamed_from`.

    Raises MatchError with a line for each entry that matches nothing it may, or more than one, or what another one has.
    """
    index = _Index(live)
    pairs: list[tuple[Entry, str | None]] = []
    faults: list[str] = []
    taken: dict[str, Entry] = {}
    for entry in entries:
        try:
            found = index.find(entry)
        except MatchError as error:
            faults.append(str(error))
            continue
        if found is not None and found in taken:
            faults.append(_both(entry, taken[found], found))
        elif found is not None:
            taken[found] = entry
        pairs.append((entry, found))
    if faults:
        raise MatchError("\n".join(faults))
    unmanaged = tuple(identity for identity, _ in live if identity not in taken)
    return Matching(tuple(pairs), unmanaged, tuple(index.warnings(pairs)))


class _Index:
    """The live destinations of a tenant, by id, by name, and by what is left of a name without case and blanks."""

    def __init__(self, live: Sequence[tuple[str, str]]) -> None:
        self.names = dict(live)
        self.by_name: dict[str, list[str]] = defaultdict(list)
        for identity, name in live:
            self.by_name[name].append(identity)

    def find(self, entry: Entry) -> str | None:
        """Return the live id of an entry, None where it is to be added."""
        if entry.id is not None:
            if entry.id not in self.names:
                raise MatchError(
                    f"{entry.place}: destination {entry.id} is not live in {entry.tenant}; ids are chosen by the PBX:"
                    " leave the id out to add a destination"
                )
            return entry.id
        found = self._one(entry, entry.name or "", "the name")
        if found is None and entry.renamed_from is not None:
            found = self._one(entry, entry.renamed_from, "the name that renamed_from gives,")
        return found

    def _one(self, entry: Entry, name: str, what: str) -> str | None:
        ids = self.by_name.get(name, ())
        if len(ids) > 1:
            raise MatchError(
                f"{entry.place}: {len(ids)} live destinations of {entry.tenant} have {what} {quote(name)}"
                f" (ids {', '.join(ids)}): pin the one that is meant with id"
            )
        return ids[0] if ids else None

    def warnings(self, pairs: Sequence[tuple[Entry, str | None]]) -> list[str]:
        """Return a sentence for each entry whose name another live one has, or has but for case, blanks or encoding."""
        near: dict[str, list[str]] = defaultdict(list)
        for name in self.by_name:
            group = near[similar(name)]
            if len(group) < _MOST_ALIKE:
                group.append(name)
        all_apart = len(near) == len(self.by_name)
        found = []
        renamed = {identity for entry, identity in pairs if identity and entry.name not in {None, self.names[identity]}}
        for entry, identity in pairs:
            if entry.name is None:
                continue
            if identity in renamed:
                found += self._doubled(entry, renamed)
            if not (all_apart and entry.name in self.by_name):  # else its own is the only live name like it
                found += self._nearly(entry, identity, near.get(similar(entry.name), ()))
            if entry.renamed_from is not None:
                found += self._left_behind(entry, identity, entry.renamed_from)
        return found

    def _nearly(self, entry: Entry, identity: str | None, names: Sequence[str]) -> list[str]:
        """Tell of the live destinations with one of `names`, which are alike, but for what the entry itself is."""
        others = [name for name in names if name != entry.name]
        live = [(other, name) for name in others for other in self.by_name[name][:_MOST_ALIKE]]
        return [_alike(entry, other, name) for other, name in live if other != identity]

    def _doubled(self, entry: Entry, renamed: set[str]) -> list[str]:
        """Tell of a new name that another live one has, and keeps."""
        others = [other for other in self.by_name.get(entry.name or "", ()) if other not in renamed]
        if not others:
            return []
        text = (
            f"{entry.place}: the name {quote(entry.name or '')} is that of another live destination already (id"
            f" {', '.join(others[:_MOST_ALIKE])}): there will be two of it, which only their ids tell apart"
        )
        return [text]

    def _left_behind(self, entry: Entry, identity: str | None, old_name: str) -> list[str]:
        """Tell of a `renamed_from` that is still live beside the new name: it matches nothing any more."""
        old = self.by_name.get(old_name, ()) if old_name != entry.name else ()
        if identity is None or entry.id is not None or identity in old or not old:
            return []
        text = (
            f"{entry.place}: renamed_from {quote(old_name)} is live as well (id {', '.join(old)}) and"
            f" stays as it is, because {quote(entry.name or '')} is live already"
        )
        return [text]


def _both(entry: Entry, other: Entry, identity: str) -> str:
    return (
        f"{entry.place}: matches the live destination {identity} of {entry.tenant}, which {other.place} matches too:"
        " only one of them can have it"
    )


def _alike(entry: Entry, identity: str, name: str) -> str:
    return (
        f"{entry.place}: the name {quote(entry.name or '')} differs from that of the live destination {identity},"
        f" {quote(name)}, only in case, blanks or encoding"
    )
