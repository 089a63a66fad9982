"""From the use of a profile to ordinary rows: holes filled, some left out, some overridden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.disk.read import LIMIT
from pbxsync.document.problems import show_key
from pbxsync.model.entry import Place
from pbxsync.tenants.computed import TENANT, Input, fill, names_of
from pbxsync.tenants.params import param_rows
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean, first_names

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import TypeAlias

    from pbxsync.document.problems import Problems
    from pbxsync.tenants.computed import Text
    from pbxsync.tenants.params import ParamRules
    from pbxsync.tenants.profile_file import Profile, ProfileInput, ProfileRow, TypedParams
    from pbxsync.tenants.profiles import Profiles
    from pbxsync.tenants.spool import ParamRow, Row
    from pbxsync.tenants.uses import Override, Use

    #: Line, column (from 0), and the number of the file as in `ParamRow`.
    ValuePlace: TypeAlias = tuple[int, int, int]


#: Names that a message lists.
_NAMED: Final = 8


class Room:
    """How much text profiles may still give to one file: as much as a file may have that somebody wrote."""

    def __init__(self) -> None:
        self.left = LIMIT


def expand(
    use: Use, tenant: str, profiles: Profiles, problems: Problems, room: Room, *, clear_unlisted: bool
) -> list[Row]:
    """Return the destinations that a use of a profile gives to a tenant. `problems` are those of the file of the tenant.

    Nothing is returned if the profile has problems, if inputs are missing, or if there is no room.
    """
    profile = profiles.used(use, tenant, problems)
    if profile is None or profile.inputs is None:
        return []
    values, places = _values(use, tenant, profile, profile.inputs, problems)
    if profile.rows is None or not values.keys() >= profile.inputs.keys():
        return []
    if not _fits(profile, values, room):
        receiver = "row" if use.in_table else "file"
        message = f"the profiles give more than {LIMIT // 1024**2} MiB to this {receiver}: use fewer, or shorter inputs"
        problems.add(use.line, use.column, message)
        return []
    for name, key in profile.secrets.items():
        _check_secret(name, f"{show_key(key)} in {shown(profile)}", use, profile, problems, profiles)
    rows: list[Row] = []
    names: list[str] = []
    for row in profile.rows:
        name = fill(row.name, values)
        type_name = None if row.type is None else fill(row.type, values)
        names.append(name)
        if name in use.without:
            continue
        if not name or type_name == "":
            key, text = ("type", row.type) if name else ("name", row.name)
            at = Place(profile.file, row.line + 1, row.column + 1)
            line, column = _given_at(text, use, places)
            problems.add(line, column, f"the {key} of the destination at {at} is empty: give the input a value")
            continue
        typed = _typed(row, type_name, use, places, profile, problems, profiles)
        params = tuple(
            [
                (key, text, line, column, profile.number)
                if type(text) is str
                else (key, fill(text, values), *_place(text, places, line, column, profile.number))
                for key, text, line, column in typed.params
            ]
        )
        number, old_name = None, row.renamed_from
        if (override := use.overrides.get(name)) is not None:
            number = override.id
            old_name = override.renamed_from or old_name
            params = _overridden(params, override, problems, profiles.rules[type_name], type_name)
        at_use = (use.line, use.column)
        rows.append(
            (row.line, row.column, number, name, type_name, old_name, clear_unlisted, params, profile.number, at_use)
        )
    _check_names(use, profile, names, problems)
    return rows


def _fits(profile: Profile, values: Mapping[str, str], room: Room) -> bool:
    """Take the room that the texts of a profile need with these values; return whether there was enough."""
    room.left -= profile.size + sum(count * (len(values[name]) + 1) for name, count in profile.uses.items())
    return room.left >= 0


def _typed(
    row: ProfileRow,
    type_name: str | None,
    use: Use,
    places: Mapping[str, ValuePlace],
    profile: Profile,
    problems: Problems,
    profiles: Profiles,
) -> TypedParams:
    """Return the params of a destination for its type. If the tenant gives the type, adds what is wrong with them."""
    typed, faults = profiles.typed(profile, row, type_name)
    if row.type is not None and not isinstance(row.type, str):
        at = Place(profile.file, row.line + 1, row.column + 1)
        for place, message in faults:
            problems.add(*_given_at(row.type, use, places), f"{place}: {message}")
        for name, key in typed.secrets:
            owner = f"{show_key(key)} of the destination at {at}"
            alone = profile.uses[name] == sum(other == name for other, _ in typed.secrets)
            _check_secret(name, owner, use, profile, problems, profiles, alone=alone)
    return typed


def _values(
    use: Use, tenant: str, profile: Profile, inputs: Mapping[str, ProfileInput], problems: Problems
) -> tuple[dict[str, str], dict[str, ValuePlace]]:
    """Return the values of the inputs and their places. Adds what is missing, once, and what the profile does not have."""
    values = {TENANT: tenant}
    places: dict[str, ValuePlace] = {TENANT: (use.line, use.column, 0)}
    for name, declared in inputs.items():
        if declared.default is not None:
            values[name] = declared.default
            places[name] = (declared.value_line, declared.value_column, profile.number)
    for name, (text, line, column) in use.inputs.items():
        if name in inputs:
            values[name] = text
            places[name] = (line, column, 0)
        else:
            near = did_you_mean(name, inputs)
            known = near or (f": it has {first_names(list(inputs), _NAMED)}" if inputs else ": it has none")
            problems.add(line, column, f"{shown(profile)} has no input {show_key(name)}{known}")
    missing = [name for name in inputs if name not in values and name not in use.unusable]
    if missing:
        listed = first_names(missing, _NAMED * 2)
        advice = f"add {_them(missing)} below with:"
        if use.in_table:
            advice = f"fill in {'its cell' if len(missing) == 1 else 'their cells'}"
        problems.add(use.line, use.column, f"{shown(profile)} needs {listed}: {advice}")
    return values, places


def _check_secret(
    name: str,
    owner: str,
    use: Use,
    profile: Profile,
    problems: Problems,
    profiles: Profiles,
    *,
    alone: bool = True,
) -> None:
    """Refuse what is not a reference as the value of an input of a sensitive param, and an input that feeds others too.

    No message shows the value.
    """
    given = use.inputs.get(name)
    default = (profile.inputs or {})[name].default or ""
    text, line, column = (default, use.line, use.column) if given is None else given
    what = f"{show_key(name)} is the value of {owner}"
    if not alone:
        message = "which is sensitive, and is used elsewhere, where it would be shown: the profile needs another input"
        problems.add(line, column, f"{what}, {message}")
    elif text and (refusal := profiles.rules[None].reference_problem(text)) is not None:
        problems.add(line, column, f"{what}: {refusal}")


def _overridden(
    params: tuple[ParamRow, ...], override: Override, problems: Problems, rules: ParamRules, type_name: str | None
) -> tuple[ParamRow, ...]:
    """Return the params of a profile with those of an override in their places, or after them."""
    if override.params is None:
        return params
    own = {_identity(row, rules): row for row in param_rows(override.params, problems, rules, type_name)}
    merged = [own.pop(_identity(row, rules), row) for row in params]
    return (*merged, *own.values())


def _identity(row: ParamRow, rules: ParamRules) -> int | str:
    """Return the position of a param, or its label if only the PBX knows that."""
    return rules.positions.get(row[0]) or row[0]


def _check_names(use: Use, profile: Profile, names: Sequence[str], problems: Problems) -> None:
    """Refuse what `without` and `overrides` name and the profile does not have."""
    named = [(name, at.line, at.column) for name, at in use.without.items()]
    named += [(name, at.line, at.column) for name, at in use.overrides.items()]
    for name, line, column in named:
        if name not in names:
            known = f": it has {first_names([quote(other) for other in names], _NAMED)}" if names else ": it has none"
            known = did_you_mean(name, names) or known
            problems.add(line, column, f"{shown(profile)} has no destination {quote(name)}{known}")


def _place(text: Text, places: Mapping[str, ValuePlace], line: int, column: int, number: int) -> ValuePlace:
    """Return the place of a param: that of the value if the param is an input, else that of the template."""
    return places[text.name] if isinstance(text, Input) else (line, column, number)


def _given_at(text: Text | None, use: Use, places: Mapping[str, ValuePlace]) -> tuple[int, int]:
    """Return where the tenant gives the first input of a text; where it uses the profile if it gives none."""
    given = (places[name] for name in (() if text is None else names_of(text)))
    return next(((line, column) for line, column, file in given if not file), (use.line, use.column))


def shown(profile: Profile) -> str:
    """Return the name and the place of a profile, for messages."""
    return f"profile {show_key(profile.name)} ({Place(profile.file, profile.line + 1, profile.column + 1)})"


def _them(names: Collection[str]) -> str:
    return "it" if len(names) == 1 else "them"
