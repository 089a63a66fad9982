"""Which entry of the files is which live destination. Pure; what is ambiguous is an error, never a guess."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.errors import MatchError
from pbxsync.text.lookalike import look_alike_key
from pbxsync.text.sanitize import quote
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    from pbxsync.model.entry import Entry
    from pbxsync.pbx.shapes import Row

    #: The live ids of each name.
    Ids: TypeAlias = Mapping[str, Sequence[str]]

#: A name is compared with this many others that look like it: nobody reads more, and all against all is quadratic.
_MOST_SIMILAR: Final = 3


@dataclass(frozen=True, slots=True)
class Matching:
    """`pairs` in the order of the entries, with the live id or None for an add; `unmanaged` ids in live order."""

    pairs: tuple[tuple[Entry, str | None], ...]
    unmanaged: tuple[str, ...]
    warnings: tuple[str, ...]


class LookAlikes(NamedTuple):
    """Live destinations, `(id, name)`, by the look-alike key of their names: those in no file, and those in the files."""

    unmanaged: Mapping[str, list[tuple[str, str]]]
    managed: Mapping[str, list[tuple[str, str]]]


def match(
    entries: Sequence[Entry], live: Sequence[tuple[str, str]], shared: Sequence[tuple[str, str]] = ()
) -> Matching:
    """Match entries with live destinations, given as `(id, name)`: by id, else by exact name, else by `renamed_from`.

    Raises MatchError with a line for each entry whose id is not live, that matches several destinations, that matches the
    same destination as another entry, or that matches nothing but a shared destination.
    """
    ids: dict[str, list[str]] = defaultdict(list)
    for object_id, name in live:
        ids[name].append(object_id)
    live_names, shared_names = dict(live), dict(shared)
    pairs: list[tuple[Entry, str | None]] = []
    faults: list[str] = []
    matched: dict[str, Entry] = {}
    for entry in entries:
        try:
            if entry.id in shared_names:
                faults.append(shared_fault(entry, entry.id or "", shared_names[entry.id or ""]))
                continue
            match_id = _find(entry, live_names, ids)
        except MatchError as error:
            faults.append(str(error))
            continue
        pairs.append((entry, match_id))
        if match_id is None:
            faults += [
                shared_fault(entry, object_id, name)
                for object_id, name in shared
                if name in {entry.name, entry.renamed_from}
            ]
            continue
        other = matched.setdefault(match_id, entry)
        if other is not entry:
            faults.append(
                f"{entry.place}: matches the live destination {match_id} of {entry.tenant}, and so does {other.place}: only"
                " one of them can have it"
            )
    if faults:
        raise MatchError("\n".join(faults))
    unmanaged = tuple(object_id for object_id, _ in live if object_id not in matched)
    return Matching(tuple(pairs), unmanaged, tuple(_warnings(pairs, live_names, ids)))


def shared_fault(entry: Entry, object_id: str, name: str) -> str:
    """Return the line for an entry that matches a shared destination."""
    return (
        f"{entry.place}: matches destination {object_id} ({quote(name)}), which is shared: it is not {entry.tenant}'s own"
        " and is never written. Remove it from the file"
    )


def look_alikes(matching: Matching, live: Sequence[tuple[str, str]]) -> LookAlikes:
    """Return the live destinations, `(id, name)`, by the look-alike key of their names; none if nothing is added."""
    found = LookAlikes(defaultdict(list), defaultdict(list))
    if any(match_id is None for _, match_id in matching.pairs):
        unmanaged = set(matching.unmanaged)
        for object_id, name in live:
            rows = found.unmanaged if object_id in unmanaged else found.managed
            rows[look_alike_key(name)].append((object_id, name))
    return found


def look_alike_fault(entry: Entry, alike: Sequence[tuple[str, str]]) -> str:
    """Return the line for an entry that would be added beside unmanaged destinations whose names look the same."""
    object_id, name = alike[0]
    others = f" (also {first_names([other for other, _ in alike[1:]], _MOST_SIMILAR)})" if len(alike) > 1 else ""
    return (
        f"{entry.place}: {quote(entry.name or '')} is not live, but looks the same as {quote(name)}, the live destination"
        f" {object_id}{others}, which is in no file. An add cannot be undone, so it is not planned: to manage that"
        f" destination, write `id: {object_id}` here; if you want both, add that one to the files too"
    )


def by_look(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    """Return live rows by the look-alike key of their names.

    A list may render names otherwise than they were sent (field): what is to be added may then be there already.
    """
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[look_alike_key(row.name)].append(row)
    return found


def _find(entry: Entry, live_names: Mapping[str, str], ids: Ids) -> str | None:
    """Return the live id of an entry, None if it is to be added. Raises MatchError."""
    if entry.id is not None:
        if entry.id not in live_names:
            raise MatchError(
                f"{entry.place}: destination {entry.id} is not live in {entry.tenant}. The PBX chooses ids: to add a"
                " destination, leave the id out"
            )
        return entry.id
    for name, what in ((entry.name or "", "the name"), (entry.renamed_from, "the name in renamed_from,")):
        found = ids.get(name, ()) if name is not None else ()
        if len(found) > 1:
            raise MatchError(
                f"{entry.place}: {len(found)} live destinations of {entry.tenant} have {what} {quote(name or '')} (ids"
                f" {', '.join(found)}): pin one of them with id"
            )
        if found:
            return found[0]
    return None


def _warnings(pairs: Sequence[tuple[Entry, str | None]], live_names: Mapping[str, str], ids: Ids) -> list[str]:
    """Return a sentence for each name that another live destination has, or has but for case, blanks or encoding."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in ids:
        names = alike[look_alike_key(name)]
        if len(names) < _MOST_SIMILAR:
            names.append(name)
    all_differ = len(alike) == len(ids)
    renamed = {match_id for entry, match_id in pairs if match_id and entry.name not in {None, live_names[match_id]}}
    warnings = []
    for entry, match_id in pairs:
        if entry.name is None:
            continue
        shown = quote(entry.name)
        holders = [other for other in ids.get(entry.name, ()) if other not in renamed] if match_id in renamed else []
        if holders:
            warnings.append(
                f"{entry.place}: another live destination (id {', '.join(holders[:_MOST_SIMILAR])}) is already named"
                f" {shown}: two will have this name, and only their ids tell them apart"
            )
        # If all live names differ and its own is among them, no other one looks like it.
        candidates = () if all_differ and entry.name in ids else alike.get(look_alike_key(entry.name), ())
        for name in candidates:
            warnings += [
                f"{entry.place}: the name {shown} differs from that of the live destination {other}, {quote(name)}, only"
                " in case, blanks or encoding"
                for other in ids[name][:_MOST_SIMILAR]
                if name != entry.name and other != match_id
            ]
        old = ids.get(entry.renamed_from, ()) if entry.renamed_from not in {None, entry.name} else ()
        if old and match_id is not None and entry.id is None and match_id not in old:
            warnings.append(
                f"{entry.place}: {shown} is already live, so renamed_from {quote(entry.renamed_from or '')} (id"
                f" {', '.join(old)}) does not apply and is left untouched"
            )
    return warnings
