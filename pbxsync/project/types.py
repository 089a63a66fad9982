"""What a project file says of custom destination types: the labels of their params, and which are sensitive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.document.problems import shown
from pbxsync.kinds.custom_destination import PARAM_COUNT, POSITIONS
from pbxsync.project.project import BUILT_IN, TypeSettings
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from pbxsync.document.problems import Problems
    from pbxsync.document.reader import Item

KEYS: Final = ("params", "sensitive")


def type_rules(items: dict[str, Item], findings: Problems) -> dict[str, TypeSettings]:
    """Return the rules of each type by its name or number, the built-in ones included."""
    item = items.get("types")
    types = None if item is None else findings.mapping(item, "types", "a mapping of type names")
    found = dict(BUILT_IN)
    for name, rules in (types or {}).items():
        if not name:
            findings.add(rules[3], rules[4], "a type needs a name, as `pbxsync types` lists it, or a number")
            continue
        parts = findings.mapping(rules, f"the type {shown(name)}", "a mapping of params: and sensitive:")
        if parts is not None:
            findings.unknown_keys(parts, KEYS, f"the type {shown(name)}")
            labels = _labels(parts, findings) if "params" in parts else found.get(name, TypeSettings()).labels
            found[name] = TypeSettings(labels, _sensitive(parts, labels, findings))
    return found


def _labels(parts: dict[str, Item], findings: Problems) -> tuple[str, ...]:
    labels: list[str] = []
    for value, line, column in findings.sequence(parts["params"], "params", "a list of labels") or ():
        if not isinstance(value, str) or not value.strip():
            findings.add(line, column, "each of params must be a label; give one to every param up to the last you use")
        elif value.isdigit():
            findings.add(line, column, f"{shown(value)} is no label: a number in a tenant file means a position")
        elif value in labels:
            findings.add(line, column, f"the label {shown(value)} is given twice")
        elif len(labels) == PARAM_COUNT:
            findings.add(line, column, f"a destination has {PARAM_COUNT} params, no more")
            break
        labels.append(value if isinstance(value, str) else "")
    return tuple(labels)


def _sensitive(parts: dict[str, Item], labels: tuple[str, ...], findings: Problems) -> frozenset[int]:
    if "sensitive" not in parts:
        return frozenset()
    positions = POSITIONS | {label: position for position, label in enumerate(labels, start=1)}
    found = set()
    for value, line, column in findings.sequence(parts["sensitive"], "sensitive", "a list of labels") or ():
        if isinstance(value, str) and value in positions:
            found.add(positions[value])
        elif isinstance(value, str):
            near = did_you_mean(value, labels)
            findings.add(line, column, f"no param {shown(value)}{near}: write a label of params, or a position 1 to 20")
        else:
            findings.add(line, column, "each of sensitive must be a label or a position")
    return frozenset(found)
