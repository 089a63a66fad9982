"""The params of one destination: a list from param1 on, or a mapping by position and label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.entry import PARAM_COUNT
from pbxsync.files.findings import kind as kind_of
from pbxsync.files.findings import shown
from pbxsync.project.references import LITERAL, parse
from pbxsync.text.nearest import did_you_mean

if TYPE_CHECKING:
    from pbxsync.files.findings import Findings
    from pbxsync.files.packing import ParamRow
    from pbxsync.files.reader import Item, Node
    from pbxsync.files.rules import ParamRules

_EMPTY = 'write a value, "" to clear it, or leave it out'


def param_rows(item: Item, findings: Findings, rules: ParamRules, kind: str | None) -> tuple[ParamRow, ...]:
    """Return the params of a destination of type `kind` as (position or label, value, line, column)."""
    value = item[0]
    if type(value) is list:
        return _by_list(value, findings, rules)
    if type(value) is dict:
        return _by_key(value, findings, rules, kind)
    findings.sequence(item, "params", "a list, or a mapping of positions and labels")
    return ()


def _by_list(nodes: list[Node], findings: Findings, rules: ParamRules) -> tuple[ParamRow, ...]:
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


def _by_key(items: dict[str, Item], findings: Findings, rules: ParamRules, kind: str | None) -> tuple[ParamRow, ...]:
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


def _check_sensitive(value: str, line: int, column: int, findings: Findings) -> None:
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
