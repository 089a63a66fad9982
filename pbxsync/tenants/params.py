"""The params of one destination: a list from param1 on, or a mapping by position and label."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pbxsync.document.problems import kind as kind_of
from pbxsync.document.problems import shown
from pbxsync.kinds.custom_destination import PARAM_COUNT, POSITIONS
from pbxsync.project.secrets import LITERAL, parse
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item, Node
    from pbxsync.project import Project
    from pbxsync.tenants.spool import ParamRow

_EMPTY = 'write a value, "" to clear it, or leave it out'


def param_rows(item: Item, findings: Problems, rules: ParamRules, kind: str | None) -> tuple[ParamRow, ...]:
    """Return the params of a destination of type `kind` as (position or label, value, line, column)."""
    value = item[0]
    if type(value) is list:
        return _by_list(value, findings, rules)
    if type(value) is dict:
        return _by_key(value, findings, rules, kind)
    findings.sequence(item, "params", "a list, or a mapping of positions and labels")
    return ()


def _by_list(nodes: list[Node], findings: Problems, rules: ParamRules) -> tuple[ParamRow, ...]:
    if len(nodes) > PARAM_COUNT:
        _, line, column = nodes[PARAM_COUNT]
        findings.add(line, column, f"{len(nodes)} params: a destination has {PARAM_COUNT}, no more")
        nodes = nodes[:PARAM_COUNT]
    rows = []
    for position, (value, line, column) in enumerate(nodes, start=1):
        if type(value) is str:
            rows.append((str(position), value, line, column))
            if position in rules.sensitive:
                _check_sensitive(value, line, column, findings)
        elif value is None:
            findings.no_value(
                (value, line, column, line, column), f"param{position}", 'write a value, or "" to clear it'
            )
        else:
            findings.add(line, column, f"param{position} must be text, not {kind_of(value)}")
    return tuple(rows)


def _by_key(items: dict[str, Item], findings: Problems, rules: ParamRules, kind: str | None) -> tuple[ParamRow, ...]:
    rows = []
    given: dict[int, str] = {}
    for key, item in items.items():
        value, line, column, key_line, key_column = item
        position = rules.positions.get(key)
        if position is None:
            findings.add(key_line, key_column, "unknown" if findings.full else _unknown(key, rules, kind))
        elif position in given and position:
            both = f"param{position} is given twice, as {shown(given[position])} and as {shown(key)}"
            findings.add(key_line, key_column, f"{both}: keep one")
        elif type(value) is str:
            rows.append((key, value, key_line, key_column))
            if position in rules.sensitive:
                _check_sensitive(value, line, column, findings)
        else:
            findings.no_text(item, key, _EMPTY)
        if position:
            given.setdefault(position, key)
    return tuple(rows)


def _check_sensitive(value: str, line: int, column: int, findings: Problems) -> None:
    # An empty text clears the param: there is nothing in it to hide.
    if value and parse(value) is None:
        findings.add(line, column, LITERAL)


def _unknown(key: str, rules: ParamRules, kind: str | None) -> str:
    if key.lstrip("+-").isdigit():
        return f"no param {shown(key)}: they go from 1 to {PARAM_COUNT}"
    number = key.lower().removeprefix("cu_").removeprefix("param")
    if number in rules.positions and number.isdigit():
        return f"no param {shown(key)}: write {number}"
    near = did_you_mean(key, rules.labels)
    if not rules.known:
        return f"no type of the project has a param {shown(key)}{near}: write its position, 1 to {PARAM_COUNT}"
    if rules.labels:
        return f"type {shown(kind or '')} has no param {shown(key)}{near}: it has {', '.join(map(shown, rules.labels))}"
    return f"the project has no labels for type {shown(kind or '')}: write positions, or types: in pbxsync.yaml"


class ParamRules(NamedTuple):
    """`positions` by label or number; `labels` for messages; `known` is False where only the PBX knows the type."""

    positions: dict[str, int]
    labels: tuple[str, ...]
    sensitive: frozenset[int]
    known: bool


class ParamRulesByType:
    """The rules of every type that files name, each worked out once."""

    def __init__(self, project: Project) -> None:
        self._project = project
        labels = {label for rules in project.types.values() for label in rules.labels}
        #: Advice for what stands beside `params:` and belongs below it.
        self.hints = dict.fromkeys(labels | POSITIONS.keys(), ": a param belongs below params:")
        self._rules: dict[str | None, ParamRules] = {}

    def of(self, kind: str | None) -> ParamRules:
        """Return the rules of the type that a file names (None: it names none)."""
        found = self._rules.get(kind)
        if found is None:
            found = self._rules[kind] = self._make(kind)
        return found

    def _make(self, kind: str | None) -> ParamRules:
        types = self._project.types
        if kind is not None and (kind in types or not _is_number(kind)):
            labels = self._project.labels(kind)
            positions = POSITIONS | {label: position for position, label in enumerate(labels, start=1)}
            return ParamRules(positions, labels, self._project.sensitive(kind), known=True)
        # A number, or no type at all: any label that some type has may turn out to be one of its labels.
        everything = tuple(dict.fromkeys(label for rules in types.values() for label in rules.labels))
        return ParamRules(POSITIONS | dict.fromkeys(everything, 0), everything, frozenset(), known=False)


def _is_number(kind: str) -> bool:
    return kind.isascii() and kind.isdigit()
