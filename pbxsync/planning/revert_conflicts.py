"""Which tenant files ask again for what a revert puts back: the next apply would undo the revert. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.kinds.custom_destination import NAME, TYPE, fields_of, position_of
from pbxsync.model.plan import SecretDiff, TextDiff
from pbxsync.planning.resolve import REFUSALS, resolve
from pbxsync.text.sanitize import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.live.types import TypeRules, TypeTable
    from pbxsync.model.entry import Entry, Place
    from pbxsync.model.plan import FieldDiff, Update


def asked_again(change: Update, entries: Sequence[Entry], types: TypeTable, rules: TypeRules) -> Iterator[str]:
    """Yield a line for each value in the files that differs from the one that a revert puts back."""
    row = change.was
    if row is None:
        return
    names = {row.name, *(diff.after for diff in change.diff if isinstance(diff, TextDiff) and diff.field == NAME)}
    for entry in entries:
        if entry.id != change.id and (entry.id is not None or entry.name not in names):
            continue
        try:
            resolved = resolve(entry, row, types, {None if row.type is None else row.type.id}, rules)
        except REFUSALS:
            continue  # the next plan reports it
        wanted = fields_of(resolved.destination)
        for diff in change.diff:
            value = wanted[diff.field]
            if isinstance(diff, SecretDiff) or value is None or value == diff.new_value:
                continue
            shown = quote(entry.type or value) if diff.field == TYPE else quote(value)
            yield (
                f"{_place(entry, diff, resolved.labels)}: still asks for {sanitize(diff.label or diff.field)} {shown} of"
                f" {quote(change.name)} (id {change.id}): change it, or the next apply writes it again"
            )


def _place(entry: Entry, diff: FieldDiff, labels: Sequence[str]) -> Place:
    """Return the place of a param in its file; of any other field, and of a param that is not listed, the entry's."""
    position = position_of(diff.field)
    if position is None:
        return entry.place
    keys = {str(position), *labels[position - 1 : position]}
    return next((param.place for param in entry.params if param.key in keys), entry.place)
