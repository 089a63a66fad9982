"""What a git change asks of one tenant: only the fields whose desired value it changes. Pure.

Both sides, the files at the base and the files at hand, are resolved against the same live destination; where they ask for
the same, the live value is left as it is, however it differs. That difference is drift, and somebody else's business.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pbxsync.kinds.custom_destination import FIELDS, NAME, PARAMS, TYPE, fields_of, position_of
from pbxsync.model.entry import Secret
from pbxsync.model.plan import Destination, SecretDiff
from pbxsync.planning.resolve import REFUSALS, resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

    from pbxsync.live.types import TypeRules, TypeTable
    from pbxsync.model.entry import Entry, Place, Type
    from pbxsync.model.plan import Change
    from pbxsync.planning.resolve import Resolved


class Baseline:
    """The entries of a tenant at the base, and which of them each entry at hand continues."""

    def __init__(self, before: Sequence[Entry], after: Sequence[Entry]) -> None:
        by_id: dict[str | None, Entry] = {entry.id: entry for entry in before if entry.id is not None}
        by_name: dict[str | None, Entry] = {entry.name: entry for entry in before if entry.name}
        self._before: dict[tuple[str | None, str | None], Entry] = {}
        continued = set()
        for entry in after:
            found = by_id.get(entry.id) or by_name.get(entry.name) or by_name.get(entry.renamed_from)
            if found is not None and _identity(found) not in continued:
                self._before[_identity(entry)] = found
                continued.add(_identity(found))
        #: The entries that are in the files no more.
        self.left = tuple(entry for entry in before if _identity(entry) not in continued)

    def of(self, entry: Entry) -> Entry | None:
        """Return what an entry was at the base, None for a new one."""
        return self._before.get(_identity(entry))


class Asked(NamedTuple):
    """What a change asks of a destination. Each side leaves alone (None) whatever belongs to the other one.

    `planned` has the fields whose desired value the change touches, `untouched` the others. `base` is what the files asked
    for at the base, by field; hidden fields are missing.
    """

    planned: Resolved
    untouched: Resolved | None = None
    base: Mapping[str, str | None] = MappingProxyType({})


def asked_of(
    before: Entry | None,
    resolved: Resolved,
    live: Destination | None,
    types: TypeTable,
    type_ids: Container[str | None],
    rules: tuple[TypeRules, TypeRules],
) -> Asked:
    """Split what an entry asks for by whether it asked for the same at the base. `rules` are those of the base and now.

    Everything is planned of a destination that is new, in the files or on the PBX, and if there is no base. Sensitive
    params are compared by the reference that the files hold, because the variables of the base need not be set any more.
    If the base cannot be resolved any more (its type is gone, say), every field counts as touched.
    """
    if before is None or live is None:
        return Asked(resolved)
    try:
        old = resolve(before, live, types, type_ids, ByReference(rules[0]))
        new = resolve(resolved.entry, live, types, type_ids, ByReference(rules[1]))
    except REFUSALS:
        return Asked(resolved)
    old_values, new_values = fields_of(old.destination), fields_of(new.destination)
    touched = [field for field in FIELDS if old_values[field] != new_values[field]]
    untouched = [field for field in FIELDS if field not in touched]
    base = {field: value for field, value in old_values.items() if position_of(field) not in old.hidden | new.hidden}
    return Asked(_only(resolved, touched), _only(resolved, untouched), base)


def with_hand_edits(change: Change, base: Mapping[str, str | None]) -> Change:
    """Mark each field whose live value is not what the files asked for at the base: somebody set it by hand."""
    marked = tuple(
        replace(row, set_by_hand=True)
        if not isinstance(row, SecretDiff) and base.get(row.field) not in {None, row.old_value}
        else row
        for row in change.diff
    )
    return replace(change, diff=marked)


def is_same(before: Entry, after: Entry) -> bool:
    """Whether two entries ask for the same, in the same words."""
    return _asks(before, _as_written) == _asks(after, _as_written)


def signature(entries: Iterable[Entry], position: Callable[[str | None, str], str]) -> frozenset[tuple[object, ...]]:
    """Return what the entries of a tenant ask for, whatever file, line, order or label they use.

    It is equal on both sides if a change asks for nothing. `position(type, key)` is that of a param that is given by its
    label, or the label itself if that is unknown.
    """
    return frozenset(_asks(entry, position) for entry in entries)


def _asks(entry: Entry, position: Callable[[str | None, str], str]) -> tuple[object, ...]:
    params = frozenset((position(entry.type, param.key), param.value) for param in entry.params)
    return entry.id, entry.name, entry.type, entry.renamed_from, entry.clear_unlisted, params


def _as_written(_type: str | None, key: str) -> str:
    return key


def _only(resolved: Resolved, fields: Container[str]) -> Resolved:
    """Return what is asked for of these fields alone."""
    desired = resolved.destination
    values = {field: value if field in fields else None for field, value in fields_of(desired).items()}
    kept = desired._replace(
        name=values[NAME],
        type=desired.type if TYPE in fields else None,
        params=tuple(values[param] for param in PARAMS),
    )
    return resolved._replace(destination=kept)


def _identity(entry: Entry) -> tuple[str | None, str | None]:
    """Return what tells an entry from the others of its tenant."""
    return entry.id, entry.name


class ByReference:
    """Type rules by which the value of a sensitive param is the reference itself, so that nothing has to be set."""

    def __init__(self, rules: TypeRules) -> None:
        self._rules = rules

    def labels(self, kind: Type, /) -> tuple[str, ...]:
        """As the project says."""
        return self._rules.labels(kind)

    def sensitive(self, kind: Type | None, /) -> frozenset[int]:
        """As the project says."""
        return self._rules.sensitive(kind)

    def secret_value(self, text: str, place: Place, /) -> Secret:
        """The reference, as it is written."""
        del place
        return Secret(text)
