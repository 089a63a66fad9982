"""Reads `checks:` of the project file: the rules that the project has for its desired state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.document.problems import show_key
from pbxsync.kinds.custom_destination import NAME, PARAM_COUNT, POSITIONS
from pbxsync.model.entry import Place
from pbxsync.text import phone
from pbxsync.text.expression import BadExpression, Expression
from pbxsync.text.phone import PhoneRule
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item, Node
    from pbxsync.project.type_settings import TypeSettings

_WHICH: Final = ("type", "tenant", "param", "field")
_WHAT: Final = ("required", "matches", "forbid", "one_of", "min", "max", "unique", "phone")
CHECK_KEYS: Final = (*_WHICH, *_WHAT, "message", "level", "except")
PHONE_KEYS: Final = ("region", "kinds", "forbid", "valid")
LEVELS: Final = ("error", "warning")
UNIQUE: Final = ("tenant", "fleet")
TRUE: Final = ("true", "false")
_WHOLE: Final = re.compile(r"[0-9]{1,18}")


class Check(NamedTuple):
    """One check: which values it looks at, and what it holds of them. `place` is where the project file has it.

    `type` and `param` are as the file writes them; `param` is None for the name. `tenant` is a glob. `unique` is None,
    "tenant" or "fleet". `exceptions` are values that are fine.
    """

    place: Place
    type: str | None = None
    tenant: str | None = None
    param: str | None = None
    required: bool = False
    matches: tuple[Expression, ...] = ()
    forbid: tuple[Expression, ...] = ()
    one_of: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    unique: str | None = None
    phone: PhoneRule | None = None
    message: str = ""
    is_warning: bool = False
    exceptions: frozenset[str] = frozenset()


def read_checks(item: Item, problems: Problems, types: Mapping[str, TypeSettings]) -> tuple[Check, ...]:
    """Return the checks of a project file with these types. A check that cannot be meant is a problem at its place."""
    checks = []
    for node in problems.sequence(item, "checks", "a list of checks") or ():
        items = problems.mapping(node, "a check", "a mapping of what to look at and what to hold")
        if items is not None:
            checks.append(_check(node, items, problems, types))
    return tuple(checks)


def _check(node: Node, items: dict[str, Item], problems: Problems, types: Mapping[str, TypeSettings]) -> Check:
    problems.unknown_keys(items, CHECK_KEYS, "a check")
    field = problems.text(items, "field", "write name, or give param:")
    if "param" in items and "field" in items:
        problems.at_key(items["field"], "a check looks at one thing: give param: or field:, not both")
    elif field is not None and field != NAME:
        problems.at_value(items["field"], f"the only field is {NAME}: give params as param:")
    elif "param" not in items and "field" not in items:
        problems.add(node[1], node[2], "a check needs param: (a label or a position), or field: name")
    if not items.keys() & set(_WHAT):
        problems.add(node[1], node[2], f"a check needs something to hold: {', '.join(_WHAT)}")
    least, most = (_whole(items, key, problems) for key in ("min", "max"))
    if least is not None and most is not None and least > most:
        problems.at_value(items["min"], f"min is over max ({most}): no value can be both")
    return Check(
        place=Place(problems.file, node[1] + 1, node[2] + 1),
        type=problems.text(items, "type", "write a type's name or number"),
        tenant=problems.text(items, "tenant", "write a tenant's code, or a glob such as A*"),
        param=_param(items, problems, types),
        required=_flag(items, "required", problems),
        matches=_expressions(items, "matches", problems),
        forbid=_expressions(items, "forbid", problems),
        one_of=tuple(text for text, _, _ in _texts(items, "one_of", problems)),
        least=least,
        most=most,
        unique=problems.choice(items, "unique", UNIQUE),
        phone=_phone(items, problems),
        message=problems.text(items, "message", "write what is wrong with such a value") or "",
        is_warning=problems.choice(items, "level", LEVELS) == "warning",
        exceptions=frozenset(text for text, _, _ in _texts(items, "except", problems)),
    )


def _param(items: dict[str, Item], problems: Problems, types: Mapping[str, TypeSettings]) -> str | None:
    """Return the label or position; it is a problem if no type that is looked at has such a param."""
    param = problems.text(items, "param", "write a label, or a position")
    if param is None or param in POSITIONS:
        return param
    type_name = items["type"][0] if "type" in items else None
    if isinstance(type_name, str):
        labels = types[type_name].labels if type_name in types else ()
        owner = f"type {show_key(type_name)} has no param {show_key(param)}"
    else:
        labels = tuple(label for settings in types.values() for label in settings.labels)
        owner = f"no type of the project has a param {show_key(param)}"
    if param not in labels:
        near = did_you_mean(param, labels)
        problems.at_value(
            items["param"], f"{owner}{near}: write a label from types:, or a position from 1 to {PARAM_COUNT}"
        )
    return param


def _flag(items: dict[str, Item], key: str, problems: Problems) -> bool:
    value = problems.choice(items, key, TRUE)
    if value == "false":
        problems.at_value(items[key], f"{key}: false holds nothing: remove it")
    return value == "true"


def _whole(items: dict[str, Item], key: str, problems: Problems) -> int | None:
    written = problems.text(items, key, "write a whole number")
    if written is None:
        return None
    if not _WHOLE.fullmatch(written):
        problems.at_value(items[key], f"{key} must be a whole number of at most 18 digits, for example 120")
        return None
    return int(written)


def _texts(items: dict[str, Item], key: str, problems: Problems) -> list[tuple[str, int, int]]:
    """Return a list of texts with their places; a single text is a list of one."""
    item = items.get(key)
    if item is None:
        return []
    if isinstance(item[0], str):
        return [(item[0], item[1], item[2])]
    nodes = problems.sequence(item, key, "a text, or a list of texts")
    texts = []
    for value, line, column in nodes or ():
        if isinstance(value, str):
            texts.append((value, line, column))
        else:
            problems.add(line, column, f"{key} must list texts")
    if nodes is not None and not nodes:
        problems.at_value(item, f"{key} lists nothing: list a text, or remove {key}")
    return texts


def _expressions(items: dict[str, Item], key: str, problems: Problems) -> tuple[Expression, ...]:
    expressions = []
    for text, line, column in _texts(items, key, problems):
        try:
            expressions.append(Expression(text))
        except BadExpression as error:
            problems.add(line, column, f"{key}: the expression cannot be used: {error}")
    return tuple(expressions)


def _phone(items: dict[str, Item], problems: Problems) -> PhoneRule | None:
    item = items.get("phone")
    rule = None if item is None else problems.mapping(item, "phone", "a mapping of region: and what the number must be")
    if item is None or rule is None:
        return None
    problems.unknown_keys(rule, PHONE_KEYS, "phone")
    region = problems.text(rule, "region", "write a country, for example DK")
    allowed, forbidden = (_texts(rule, key, problems) for key in ("kinds", "forbid"))
    is_valid = _flag(rule, "valid", problems)
    try:
        known_kinds, known_regions = phone.kinds(), phone.regions()
    except phone.NoPhoneLibrary:
        problems.at_key(item, "phone needs the extra phone: install pbxsync[phone] (`pip install 'pbxsync[phone]'`)")
        return None
    if "region" not in rule:
        problems.at_value(
            item, "phone needs region: the country whose numbers are written without a country code, such as DK"
        )
    elif region is not None and region not in known_regions:
        near = did_you_mean(region, known_regions)
        problems.at_value(
            rule["region"], f"there is no region {show_key(region)}{near}: write a country as in ISO 3166, such as DK"
        )
    for kind, line, column in (*allowed, *forbidden):
        if kind not in known_kinds:
            near = did_you_mean(kind, known_kinds)
            problems.add(
                line, column, f"there is no kind {show_key(kind)}{near}: kinds are {', '.join(sorted(known_kinds))}"
            )
    kinds, forbid = (frozenset(kind for kind, _, _ in texts) for texts in (allowed, forbidden))
    return PhoneRule(region or "", kinds, forbid, valid=is_valid or not (kinds or forbid))
