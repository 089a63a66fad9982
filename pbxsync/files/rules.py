"""What is known offline of the params of a type: which labels it has, and which of its params are sensitive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.entry import PARAM_COUNT

if TYPE_CHECKING:
    from pbxsync.project import Project

POSITIONS: Final = {str(position): position for position in range(1, PARAM_COUNT + 1)}


class ParamRules(NamedTuple):
    """`positions` by label or number; `labels` for messages; `known` is False where only the PBX knows the type."""

    positions: dict[str, int]
    labels: tuple[str, ...]
    sensitive: frozenset[int]
    known: bool


class Rulebook:
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
