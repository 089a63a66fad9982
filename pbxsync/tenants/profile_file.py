"""One profile file: destinations with holes, and the inputs that fill them. Every problem is added to `problems`."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType, NoneType
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.document.problems import show_key
from pbxsync.tenants.computed import INPUT_NAME, TENANT, Input, length_of, names_of, read_computed
from pbxsync.tenants.params import ParamRules, param_rows
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item, Node
    from pbxsync.tenants.computed import Computed, Text
    from pbxsync.tenants.params import ParamRulesByType

PROFILE_KEYS: Final = ("profile", "inputs", "destinations")
INPUT_KEYS: Final = ("description", "default")
PROFILE_ENTRY_KEYS: Final = ("name", "type", "params", "renamed_from")
_PROFILE_KEYS: Final = frozenset(PROFILE_KEYS)
_ENTRY_KEYS: Final = frozenset(PROFILE_ENTRY_KEYS)
_FILE_HINTS: Final = {
    "tenant": ": this is a profile, which tenant files use; a tenant file belongs below tenants:, not among the profiles",
    "unlisted_params": ": it belongs in pbxsync.yaml, or in the tenant files",
}
_ENTRY_HINTS: Final = {
    "id": ": an id belongs to one tenant, so write it in the tenant file, below overrides:",
}


#: What a destination and a param take beside their texts.
_ROW_SIZE: Final = 64
_PARAM_SIZE: Final = 16


class ProfileInput(NamedTuple):
    """What fills a hole. Without a `default` (None) every use must give it. The places count from 0.

    `line` and `column` are of its name, and `value_line` and `value_column` of its default.
    """

    description: str
    default: str | None
    line: int
    column: int
    value_line: int
    value_column: int


class ProfileParam(NamedTuple):
    """One param, as `ParamRow` has it, with a text that may have holes."""

    key: str
    text: Text
    line: int
    column: int


class ProfileRow(NamedTuple):
    """One destination of a profile. `params` have an empty text in place of each of the `holes`, by key or position.

    `uses` are the inputs that its texts insert, as often as they do, and `size` is the length of the rest.
    """

    line: int
    column: int
    name: Text
    type: Text | None
    renamed_from: str | None
    params: Item | None
    holes: Mapping[str, Computed]
    uses: Sequence[str]
    size: int


class TypedParams(NamedTuple):
    """The params of a destination once its type is known. `secrets` are the sensitive ones: input and key of each."""

    params: tuple[ProfileParam, ...]
    secrets: tuple[tuple[str, str], ...]


class Profile(NamedTuple):
    """One profile. `number` is that of its file among the profiles, from 1; `file` is its path as messages show it.

    `inputs` and `rows` are None if they cannot be relied on, because they have problems. `uses` is how often all rows
    insert each input, and `size` the length of the rest of their texts. `secrets` are the inputs of sensitive params, with
    the key of one of these, as far as the profile itself gives the types.
    """

    name: str
    file: str
    number: int
    line: int
    column: int
    inputs: Mapping[str, ProfileInput] | None
    rows: tuple[ProfileRow, ...] | None
    uses: Mapping[str, int] = MappingProxyType({})
    size: int = 0
    secrets: Mapping[str, str] = MappingProxyType({})


def read_profile(root: Node, problems: Problems, number: int, rules: ParamRulesByType) -> Profile | None:
    """Return the profile that a file gives; None if the file does not say how it is called."""
    items = problems.mapping(root, "a profile", "a mapping of profile:, inputs: and destinations:")
    if items is None:
        return None
    problems.unknown_keys(items, PROFILE_KEYS, "a profile", _FILE_HINTS)
    if "profile" not in items and TENANT not in items:
        problems.missing(root, items, _PROFILE_KEYS, ("profile",), "profile is missing: write profile: and a name")
    name = problems.text(items, "profile", "write the name of the profile")
    if name is not None and not name.strip():
        problems.at_value(items["profile"], "profile is empty: write the name of the profile")
        name = None
    before = problems.count
    inputs = _inputs(items, problems)
    sound_inputs = problems.count == before
    if "destinations" not in items:
        message = "destinations is missing: write the destinations of the tenants that use the profile"
        problems.missing(root, items, _PROFILE_KEYS, ("destinations",), message)
        nodes: list[Node] = []
    else:
        nodes = problems.sequence(items["destinations"], "destinations", "a list, [] if there are none") or []
    known = inputs.keys() if sound_inputs else None
    rows = [row for node in nodes if (row := _row(node, problems, known, rules)) is not None]
    _check_names(rows, problems)
    if sound_inputs and problems.count == before:
        _check_secrets(rows, inputs, problems, rules)
    if name is None:
        return None
    line, column = items["profile"][3:]
    profile = Profile(name, problems.file, number, line, column, inputs if sound_inputs else None, None)
    if problems:
        return profile
    return profile._replace(
        rows=tuple(rows),
        uses=Counter(name for row in rows for name in row.uses),
        size=sum(row.size for row in rows),
        secrets=dict(_secrets(rows, rules)),
    )


def typed_params(row: ProfileRow, type_name: str | None, rules: ParamRules, problems: Problems) -> TypedParams:
    """Return the params of a destination of the type that files call `type_name`. Adds what is wrong with them."""
    if row.params is None:
        return TypedParams((), ())
    params = []
    secrets = []
    for key, text, line, column, _ in param_rows(row.params, problems, rules, type_name):
        hole = row.holes.get(key)
        params.append(ProfileParam(key, text if hole is None else hole, line, column))
        if hole is None or rules.positions[key] not in rules.sensitive:
            continue
        if isinstance(hole, Input) and hole.name != TENANT:
            secrets.append((hole.name, key))
        else:
            what = "a template" if not isinstance(hole, Input) else "the code of the tenant"
            problems.add(
                line,
                column,
                f"{show_key(key)} is sensitive, so it cannot be {what}: write ${{VARIABLE}}, ${{file:PATH}}, or an input of"
                " its own",
            )
    return TypedParams(tuple(params), tuple(secrets))


def _inputs(items: dict[str, Item], problems: Problems) -> dict[str, ProfileInput]:
    item = items.get("inputs")
    written = None if item is None else problems.mapping(item, "inputs", "a mapping of names, {} if there are none")
    inputs = {}
    for name, (value, line, column, key_line, key_column) in (written or {}).items():
        at_key = (value, line, column, key_line, key_column)
        if name == TENANT:
            problems.at_key(at_key, "tenant is always there, the code of the tenant: remove it, or use another name")
            continue
        if not INPUT_NAME.fullmatch(name):
            message = (
                f"{show_key(name)} cannot be an input: a name has letters, digits, _ and -, and starts with a letter"
            )
            problems.at_key(at_key, message)
            continue
        owner = f"input {show_key(name)}"
        if isinstance(value, str):
            problems.add(line, column, f"{owner} must be a mapping: write {{default: …}}, or {{}} if it must be given")
            continue
        settings = problems.mapping(at_key, owner, "a mapping of description: and default:, {} for neither")
        if settings is None:
            continue
        problems.unknown_keys(settings, INPUT_KEYS, owner)
        description = problems.text(settings, "description") or ""
        default = problems.text(settings, "default", 'write a value, write "" for an empty one, or remove the key')
        place = settings["default"][1:3] if default is not None else (key_line, key_column)
        inputs[name] = ProfileInput(description, default, key_line, key_column, *place)
    return inputs


def _row(node: Node, problems: Problems, inputs: Collection[str] | None, rules: ParamRulesByType) -> ProfileRow | None:
    items = problems.mapping(node, "a destination", "a mapping of name:, type: and params:")
    if items is None:
        return None
    problems.unknown_keys(items, PROFILE_ENTRY_KEYS, "a destination of a profile", rules.hints | _ENTRY_HINTS)
    if "name" not in items:
        message = "a destination of a profile needs a name"
        problems.missing(node, items, _ENTRY_KEYS, ("name",), message)
    name = _text(items, "name", problems, inputs)
    type_name = _text(items, "type", problems, inputs)
    for key, text in (("name", name), ("type", type_name)):
        if text == "":
            advice = "write one" if key == "name" else "write a type's name or number, or remove the key"
            problems.at_value(items[key], f"{key} is empty: {advice}")
    params: Item | None = None
    holes: dict[str, Computed] = {}
    if "params" in items:
        of_type = rules[type_name] if isinstance(type_name, (str, NoneType)) else None
        params, holes = _without_holes(items["params"], problems, inputs, of_type)
    texts = [text for text in (name, type_name, *holes.values()) if text is not None]
    uses = [used for text in texts for used in names_of(text)]
    size = _ROW_SIZE + sum(map(length_of, texts)) + _length(params)
    old_name = problems.text(items, "renamed_from")
    row = ProfileRow(node[1], node[2], name or "", type_name, old_name, params, holes, uses, size)
    if params is not None and (type_name is None or isinstance(type_name, str)):
        typed_params(row, type_name, rules[type_name], problems)
    return None if name is None else row


def _text(items: dict[str, Item], key: str, problems: Problems, inputs: Collection[str] | None) -> Text | None:
    item = items.get(key)
    if item is None:
        return None
    if isinstance(item[0], (str, list)) or item[0] is None:
        return problems.text(items, key)
    return read_computed(item, key, problems, inputs)


def _without_holes(
    item: Item, problems: Problems, inputs: Collection[str] | None, rules: ParamRules | None
) -> tuple[Item, dict[str, Computed]]:
    """Return params with an empty text in place of each hole, and the holes by key or position.

    Without `rules`, every param may be sensitive.
    """

    def is_hidden(key: str) -> bool:
        return rules is None or rules.positions.get(key) in rules.sensitive

    holes: dict[str, Computed] = {}
    value = item[0]
    if isinstance(value, dict):
        items: dict[str, Item] = {}
        for key, param in value.items():
            items[key] = param
            if isinstance(param[0], dict):
                items[key] = ("", param[1], param[2], param[3], param[4])
                hole = read_computed(param, show_key(key), problems, inputs, hidden=is_hidden(key))
                if hole is not None:
                    holes[key] = hole
        return (items, item[1], item[2], item[3], item[4]), holes
    if isinstance(value, list):
        nodes: list[Node] = []
        for position, node in enumerate(value, start=1):
            nodes.append(node)
            if isinstance(node[0], dict):
                nodes[-1] = ("", node[1], node[2])
                key = str(position)
                hole = read_computed(node, f"param{key}", problems, inputs, hidden=is_hidden(key))
                if hole is not None:
                    holes[key] = hole
        return (nodes, item[1], item[2], item[3], item[4]), holes
    return item, holes


def _length(params: Item | None) -> int:
    """Return the length of the literal texts of params."""
    if params is None or not isinstance(params[0], (dict, list)):
        return 0
    values = [value[0] for value in (params[0].values() if isinstance(params[0], dict) else params[0])]
    return sum(_PARAM_SIZE + len(value) for value in values if isinstance(value, str))


def _check_names(rows: Sequence[ProfileRow], problems: Problems) -> None:
    """Refuse a literal name that is there twice; those with holes are compared once these are filled."""
    first: dict[str, ProfileRow] = {}
    for row in rows:
        if isinstance(row.name, str) and row.name and first.setdefault(row.name, row) is not row:
            place = f"line {first[row.name].line + 1}"
            problems.add(row.line, row.column, f"{quote(row.name)} is already defined in {place}: rename one of them")


def _check_secrets(
    rows: Sequence[ProfileRow], inputs: Mapping[str, ProfileInput], problems: Problems, rules: ParamRulesByType
) -> None:
    """Refuse inputs of sensitive params that feed anything else, where they would be shown, and literal defaults."""
    uses = [name for row in rows for name in row.uses]
    secret = list(_secrets(rows, rules))
    for name, key in dict(secret).items():
        at = inputs[name]
        if uses.count(name) > sum(name == other for other, _ in secret):
            message = (
                f"input {show_key(name)} is the value of the sensitive param {show_key(key)}, and is used elsewhere, where"
                " it would be shown: give the sensitive param an input of its own"
            )
            problems.add(at.line, at.column, message)
        elif at.default and (refusal := rules[None].reference_problem(at.default)) is not None:
            problems.add(at.value_line, at.value_column, f"it is the value of {show_key(key)}: {refusal}")


def _secrets(rows: Iterable[ProfileRow], rules: ParamRulesByType) -> Iterator[tuple[str, str]]:
    """Yield input and key of each sensitive param with a hole, as far as the profile itself gives the type."""
    for row in rows:
        if isinstance(row.type, (str, NoneType)):
            of_type = rules[row.type]
            for key, hole in row.holes.items():
                if of_type.positions.get(key) in of_type.sensitive:
                    yield from ((name, key) for name in names_of(hole))
