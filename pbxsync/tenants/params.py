"""The params of one destination: a list from param1 on, or a mapping by position and label."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxsync.document.problems import computed_advice, kind_of, show_key
from pbxsync.kinds.custom_destination import PARAM_COUNT, POSITIONS
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item, Node
    from pbxsync.project import Project
    from pbxsync.tenants.spool import ParamRow


class ParamRules(NamedTuple):
    """What the params of a type may be called. `known` is False if only the PBX knows what type a number is.

    `positions` are by label and by number: 0 for a label that some other type has. `labels` are for messages, and
    `sensitive` are positions. `reference_problem(text)` is why the text may not be the value of a sensitive param.
    """

    positions: dict[str, int]
    labels: tuple[str, ...]
    sensitive: frozenset[int]
    reference_problem: Callable[[str], str | None]
    known: bool


class ParamRulesByType(dict["str | None", ParamRules]):
    """The rules of each type as files name it (None: not named), made when a file first names it."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project
        labels = {label for settings in project.types.values() for label in settings.labels}
        #: Advice for a param beside `params:` instead of below it.
        self.hints = dict.fromkeys(labels | POSITIONS.keys(), ": a param belongs below params:")

    def __missing__(self, type_name: str | None) -> ParamRules:
        problem = self._project.reference_problem
        types = self._project.types
        is_number = type_name is not None and type_name.isascii() and type_name.isdigit()
        if type_name is not None and (type_name in types or not is_number):
            labels = self._project.labels(type_name)
            positions = POSITIONS | {label: position for position, label in enumerate(labels, start=1)}
            rules = ParamRules(positions, labels, self._project.sensitive(type_name), problem, known=True)
        else:
            # A number, or no type at all: it may turn out to be any type, so any label may turn out to be one of its.
            labels = tuple(dict.fromkeys(label for settings in types.values() for label in settings.labels))
            rules = ParamRules(POSITIONS | dict.fromkeys(labels, 0), labels, frozenset(), problem, known=False)
        self[type_name] = rules
        return rules


def param_rows(item: Item, problems: Problems, rules: ParamRules, type_name: str | None) -> tuple[ParamRow, ...]:
    """Return the params of a destination of the type that its file calls `type_name`."""
    value = item[0]
    if type(value) is dict:
        return _from_mapping(value, problems, rules, type_name)
    if type(value) is list:
        return _from_list(value, problems, rules)
    problems.sequence(item, "params", "a list, or a mapping of positions and labels")
    return ()


def _from_list(nodes: list[Node], problems: Problems, rules: ParamRules) -> tuple[ParamRow, ...]:
    if len(nodes) > PARAM_COUNT:
        _, line, column = nodes[PARAM_COUNT]
        problems.add(line, column, f"{len(nodes):,} params: a destination has at most {PARAM_COUNT}")
        nodes = nodes[:PARAM_COUNT]
    rows = []
    for position, (value, line, column) in enumerate(nodes, start=1):
        if type(value) is str:
            rows.append((str(position), value, line, column, 0))
            # An empty text clears the param, so there is nothing to hide.
            if position in rules.sensitive and value and (refusal := rules.reference_problem(value)) is not None:
                problems.add(line, column, refusal)
        elif value is None:
            item = (value, line, column, line, column)
            problems.no_value(item, f"param{position}", 'write a value, or "" to clear it')
        else:
            advice = computed_advice(value)
            problems.add(line, column, f"param{position} must be text, not {kind_of(value)}{advice}")
    return tuple(rows)


def _from_mapping(
    items: dict[str, Item], problems: Problems, rules: ParamRules, type_name: str | None
) -> tuple[ParamRow, ...]:
    rows = []
    keys: dict[int, str] = {}
    for key, item in items.items():
        value, line, column, key_line, key_column = item
        position = rules.positions.get(key)
        if position is None:
            problems.add(key_line, key_column, "unknown" if problems.full else _unknown(key, rules, type_name))
        elif position in keys and position:
            both = f"param{position} is given twice, as {show_key(keys[position])} and as {show_key(key)}"
            problems.add(key_line, key_column, f"{both}: remove one of them")
        elif type(value) is str:
            rows.append((key, value, line, column, 0))
            if position in rules.sensitive and value and (refusal := rules.reference_problem(value)) is not None:
                problems.add(line, column, refusal)
        else:
            problems.not_text(item, key, 'write a value, write "" to clear it, or remove the key')
        if position:
            keys.setdefault(position, key)
    return tuple(rows)


def _unknown(key: str, rules: ParamRules, type_name: str | None) -> str:
    """Return what to say about a key that is not a position, nor a label of the type."""
    if key.lstrip("+-").isdigit():
        return f"there is no param {show_key(key)}: positions are 1 to {PARAM_COUNT}, without leading zeros"
    number = key.lower().removeprefix("cu_").removeprefix("param")
    if number in rules.positions and number.isdigit():
        return f"a position is a number alone: write {number} instead of {show_key(key)}"
    near = did_you_mean(key, rules.labels)
    if not rules.known:
        return f"no type of the project has a param {show_key(key)}{near}: write its position, 1 to {PARAM_COUNT}"
    type_shown = show_key(type_name or "")
    if rules.labels:
        labels = ", ".join(map(show_key, rules.labels))
        return f"type {type_shown} has no param {show_key(key)}{near}: it has {labels}"
    return f"the project has no labels for type {type_shown}: write positions, or add labels to types: in pbxsync.yaml"
