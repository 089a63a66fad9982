"""From an entry of a file and its live counterpart to the desired destination. Pure; labels become positions here."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.errors import InputError, MatchError
from pbxsync.kinds.custom_destination import PARAM_COUNT, PARAMS
from pbxsync.model.plan import Destination
from pbxsync.text.sanitize import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from pbxsync.live.types import TypeRules, TypeTable
    from pbxsync.model.entry import Entry, Param, Type

#: What `resolve` raises.
REFUSALS: Final = (MatchError, InputError)


class Resolved(NamedTuple):
    """A desired destination with its entry. `labels` are those of its type after the change.

    `hidden` are the positions of the params that must not be shown, neither their old value nor their new one.
    `references` are the `${VAR}` and `${file:PATH}` that sensitive params are given as, by position.
    """

    entry: Entry
    destination: Destination
    labels: tuple[str, ...]
    hidden: frozenset[int]
    references: Mapping[int, str] = MappingProxyType({})


def resolve(
    entry: Entry, live: Destination | None, types: TypeTable, type_ids: Container[str | None], rules: TypeRules
) -> Resolved:
    """Return the destination that an entry asks for, None for whatever it does not specify.

    `type_ids` are the numbers of types that live destinations of the tenant have. Raises MatchError and InputError, with
    the place in the file.
    """
    if live is None and not entry.name:
        raise MatchError(f"{entry.place}: {entry.tenant} has no destination with an empty name; to add one, name it")
    if live is None and entry.type is None:
        raise MatchError(
            f"{entry.place}: {quote(entry.name or '')} is not live in {entry.tenant}; to add it, give its type"
            " (`pbxsync types` lists them)"
        )
    new_type = None if entry.type is None else types.written(entry, type_ids)
    if live is not None and live.type is None and new_type is not None:
        raise MatchError(
            f"{entry.place}: the PBX does not report which type destination {live.id} has, so it cannot be compared: leave"
            " the type out"
        )
    type_ = live.type if new_type is None and live is not None else new_type
    labels = () if type_ is None else rules.labels(type_)
    sensitive = rules.sensitive(type_)
    hidden = sensitive if live is None or live.type is type_ else sensitive | rules.sensitive(live.type)
    params = _params(entry, type_, labels, sensitive, rules)
    references = {}
    if sensitive:
        given = ((_position(param, type_, labels), param.value) for param in entry.params)
        references = {position: text for position, text in given if position in sensitive and text}
    return Resolved(entry, Destination(entry.id, entry.name, new_type, params), labels, hidden, references)


def _params(
    entry: Entry, type_: Type | None, labels: tuple[str, ...], sensitive: frozenset[int], rules: TypeRules
) -> tuple[str | None, ...]:
    """Return the value of each param, None for those that stay as they are."""
    values: list[str | None] = [None] * PARAM_COUNT
    if entry.clear_unlisted:
        values = [None if position in sensitive else "" for position in range(1, PARAM_COUNT + 1)]
    given: set[int] = set()
    for param in entry.params:
        position = _position(param, type_, labels)
        if position in given:
            raise MatchError(f"{param.place}: {PARAMS[position - 1]} is given twice, by its label and by its number")
        given.add(position)
        # An empty text clears a sensitive param: it hides nothing.
        secret = position in sensitive and param.value
        values[position - 1] = _secret_value(param, type_, rules) if secret else param.value
    return tuple(values)


def _position(param: Param, type_: Type | None, labels: tuple[str, ...]) -> int:
    if param.key.isdigit():
        return int(param.key)
    if param.key in labels:
        return labels.index(param.key) + 1
    if type_ is None:
        raise MatchError(
            f"{param.place}: labels depend on the type, and the PBX does not report it: give the param by its number"
        )
    known = f"has {sanitize(', '.join(labels))}" if labels else "has no labels in the project file"
    raise MatchError(
        f"{param.place}: no param {quote(param.key)}: type {sanitize(str(type_))} {known}; or give the param by its number"
    )


def _secret_value(param: Param, type_: Type | None, rules: TypeRules) -> str:
    """Return the value of a sensitive param. If the type is unknown, the error says why the param counts as sensitive."""
    try:
        return rules.secret_value(param.value, param.place).reveal()
    except InputError as error:
        if type_ is not None and type_.name is not None:
            raise
        unknown = "the type of this destination" if type_ is None else f"the name of type {type_.id}"
        raise MatchError(
            f"{error}. The param counts as sensitive because the PBX does not report {unknown}. If it is not, list the type"
            " by its number below types: in the project file"
        ) from None
