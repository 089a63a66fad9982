"""From an entry of a file and its live counterpart to the desired destination. Pure; labels become positions here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxsync.errors import InputError, MatchError
from pbxsync.kinds.custom_destination import PARAM_COUNT, PARAMS
from pbxsync.model.plan import Destination
from pbxsync.text.sanitize import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.live.types import TypeRules, TypeTable
    from pbxsync.model.entry import Entry, Param, Type


class Resolved(NamedTuple):
    """A desired destination with its entry; `labels` and `sensitive` positions are those of its type after the change.

    `hidden` are all positions that must not be shown, before or after.
    """

    entry: Entry
    destination: Destination
    labels: tuple[str, ...]
    hidden: frozenset[int]
    sensitive: frozenset[int]


def resolve(
    entry: Entry, live: Destination | None, types: TypeTable, live_numbers: Iterable[str], words: TypeRules
) -> Resolved:
    """Return what an entry wants, in the form of live destinations. Raises MatchError and InputError with the place."""
    kind = types.written(entry, live_numbers) if entry.type is not None else None
    after = kind if kind is not None or live is None else live.type
    if live is None:
        _addable(entry)
    elif kind is not None and live.type is None:
        raise MatchError(
            f"{entry.place}: the PBX does not tell which type destination {live.id} has: leave the type out"
        )
    labels = words.labels(after) if after is not None else ()
    sensitive = words.sensitive(after)
    hidden = sensitive
    if live is not None and live.type is not after:
        hidden = sensitive | words.sensitive(live.type)
    params = _params(entry, after, labels, sensitive, words)
    name = entry.name if live is not None else entry.name or ""
    return Resolved(entry, Destination(entry.id, name, kind, params), labels, hidden, sensitive)


def _addable(entry: Entry) -> None:
    """Raise MatchError where an entry that is live nowhere lacks what an add needs: a name and a type (doc)."""
    if not entry.name:
        raise MatchError(f"{entry.place}: no destination without a name is live in {entry.tenant}; to add one, name it")
    if entry.type is None:
        raise MatchError(
            f"{entry.place}: {quote(entry.name)} is not live in {entry.tenant}; to add it, give its type"
            " (`pbxsync types` lists them)"
        )


def _params(
    entry: Entry, kind: Type | None, labels: tuple[str, ...], sensitive: frozenset[int], words: TypeRules
) -> tuple[str | None, ...]:
    """Return the twenty params that an entry wants, None for those that it leaves alone."""
    found: list[str | None] = [None] * PARAM_COUNT
    if entry.clear_unlisted:
        found = [None if position in sensitive else "" for position in range(1, PARAM_COUNT + 1)]
    given: set[int] = set()
    for param in entry.params:
        position = _position(param, kind, labels)
        if position in given:
            raise MatchError(f"{param.place}: {PARAMS[position - 1]} is given twice, by its label and by its number")
        given.add(position)
        secret = position in sensitive
        # An empty text clears a sensitive param; there is nothing in it to hide.
        found[position - 1] = _revealed(param, kind, words) if secret and param.value else param.value
    return tuple(found)


def _revealed(param: Param, kind: Type | None, words: TypeRules) -> str:
    """Return the value of a sensitive param. Where nobody knows the type, the error says why it is taken for one."""
    try:
        return words.secret_value(param.value, param.place).reveal()
    except InputError as error:
        if kind is not None and kind.name is not None:
            raise
        told = "which type this is" if kind is None else f"what type {kind.id} is called"
        raise MatchError(
            f"{error}. It is taken for sensitive because the PBX does not tell {told}; if it is not, give the type by its"
            " number below types: of the project file"
        ) from None


def _position(param: Param, kind: Type | None, labels: tuple[str, ...]) -> int:
    if param.key.isdigit():
        return int(param.key)
    if param.key in labels:
        return labels.index(param.key) + 1
    if kind is None:
        raise MatchError(
            f"{param.place}: a label needs a type, and the PBX does not tell it: give the number of the param"
        )
    have = f"has {sanitize(', '.join(labels))}" if labels else "has no labels in the project file"
    raise MatchError(
        f"{param.place}: no param {quote(param.key)}: the type {sanitize(str(kind))} {have}; or give the number of the"
        " param"
    )


#: What `wanted` raises.
REFUSALS = (MatchError, InputError)
