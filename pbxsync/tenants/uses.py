"""The `profiles:` of a tenant file: which profiles it uses, with which inputs, and what it has otherwise."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.document.problems import kind_of, show_key
from pbxsync.kinds.custom_destination import is_id
from pbxsync.tenants.computed import TENANT
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item, Node

USE_KEYS: Final = ("profile", "with", "without", "overrides")
OVERRIDE_KEYS: Final = ("name", "id", "renamed_from", "params")
_USE_KEYS: Final = frozenset(USE_KEYS)
_OVERRIDE_KEYS: Final = frozenset(OVERRIDE_KEYS)
_USE_HINTS: Final = {
    "destinations": ": the tenant's own destinations belong beside profiles:",
    "inputs": " (did you mean with?)",
}
_OVERRIDE_HINTS: Final = {
    "type": ": the profile gives the type. For another one, leave the destination out with without: and write it whole"
    " below destinations:",
}


class Given(NamedTuple):
    """A text that a use gives, with its place in the file of the tenant (from 0)."""

    text: str
    line: int
    column: int


class Override(NamedTuple):
    """What a tenant has otherwise than the profile. `params` are read once the type is known."""

    line: int
    column: int
    id: str | None
    renamed_from: str | None
    params: Item | None


class Use(NamedTuple):
    """One use of a profile by a tenant. `inputs` are by name; `without` and `overrides` by the names of destinations.

    `unusable` are the inputs whose values have problems, so that they are not missing as well. `in_table`: the use is a
    row of a table.
    """

    profile: str
    line: int
    column: int
    inputs: Mapping[str, Given]
    without: Mapping[str, Given] = MappingProxyType({})
    overrides: Mapping[str, Override] = MappingProxyType({})
    unusable: frozenset[str] = frozenset()
    in_table: bool = False


def read_uses(item: Item, problems: Problems) -> list[Use]:
    """Return the uses that the `profiles:` of a tenant file lists."""
    nodes = problems.sequence(item, "profiles", "a list of profile: and with:") or []
    return [use for node in nodes if (use := _use(node, problems)) is not None]


def _use(node: Node, problems: Problems) -> Use | None:
    if isinstance(node[0], str):
        problems.add(node[1], node[2], f"write `profile: {quote(node[0])[1:-1]}`, and below it what it needs with:")
        return None
    items = problems.mapping(node, "the use of a profile", "a mapping of profile: and with:")
    if items is None:
        return None
    problems.unknown_keys(items, USE_KEYS, "the use of a profile", _USE_HINTS)
    if "profile" not in items:
        message = "profile is missing: write profile: and the name of a profile"
        problems.missing(node, items, _USE_KEYS, ("profile",), message)
    name = problems.text(items, "profile", "write the name of a profile")
    unusable: set[str] = set()
    inputs = _inputs(items, problems, unusable)
    without, overrides = _without(items, problems), _overrides(items, problems)
    for left_out in without.keys() & overrides.keys():
        override = overrides[left_out]
        message = f"{quote(left_out)} is left out by without: remove one of the two"
        problems.add(override.line, override.column, message)
    return None if name is None else Use(name, node[1], node[2], inputs, without, overrides, frozenset(unusable))


def _inputs(items: dict[str, Item], problems: Problems, unusable: set[str]) -> dict[str, Given]:
    """Return the inputs that have a text; the names of the others are added to `unusable`."""
    item = items.get("with")
    written = None if item is None else problems.mapping(item, "with", "a mapping of inputs and their values")
    inputs = {}
    for name in written or {}:
        text = problems.text(written or {}, name, 'write a value, write "" for an empty one, or remove the key')
        value = (written or {})[name]
        if name == TENANT:
            problems.at_key(value, "tenant is always the code of the tenant: remove it")
        elif text is not None:
            inputs[name] = Given(text, value[1], value[2])
        else:
            unusable.add(name)
    return inputs


def _without(items: dict[str, Item], problems: Problems) -> dict[str, Given]:
    item = items.get("without")
    without: dict[str, Given] = {}
    for value, line, column in [] if item is None else problems.sequence(item, "without", "a list of names") or ():
        if not isinstance(value, str):
            problems.add(line, column, f"without must list names of destinations, not {kind_of(value)}")
        elif value in without:
            problems.add(line, column, f"{quote(value)} is given twice: remove one of them")
        else:
            without[value] = Given(value, line, column)
    return without


def _overrides(items: dict[str, Item], problems: Problems) -> dict[str, Override]:
    item = items.get("overrides")
    nodes = [] if item is None else problems.sequence(item, "overrides", "a list of name: and what is different")
    overrides: dict[str, Override] = {}
    for node in nodes or ():
        fields = problems.mapping(node, "an override", "a mapping of name: and what is different")
        if fields is None:
            continue
        problems.unknown_keys(fields, OVERRIDE_KEYS, "an override", _OVERRIDE_HINTS)
        if "name" not in fields:
            message = "an override needs the name of a destination of the profile"
            problems.missing(node, fields, _OVERRIDE_KEYS, ("name",), message)
        name = problems.text(fields, "name", "write the name of a destination of the profile")
        number = problems.text(fields, "id")
        if number is not None and not is_id(number):
            problems.at_value(fields["id"], "id must be the number of a live destination, as `pbxsync export` shows it")
        override = Override(node[1], node[2], number, problems.text(fields, "renamed_from"), fields.get("params"))
        if name is not None and overrides.setdefault(name, override) is not override:
            first = f"line {overrides[name].line + 1}"
            message = f"{quote(name)} is overridden twice, first in {first}: write one override"
            problems.add(node[1], node[2], message)
        elif len(fields) == 1 and name is not None:
            problems.add(node[1], node[2], f"the override of {show_key(name)} changes nothing: remove it")
    return overrides
