"""Gathers the problems of one document while it is checked, and reads the values that every kind of document has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.model.entry import Place, Problem
from pbxsync.text.sanitize import quote_full, truncate
from pbxsync.text.words import did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.document.characters import Fault
    from pbxsync.document.reader import Document, Item, Node, Value

#: More than anybody reads; it bounds what a file of nothing but mistakes costs.
MAX_PROBLEMS: Final = 1_000
NO_HINTS: Final[Mapping[str, str]] = {}
#: The keys of what a profile computes.
COMPUTED_KEYS: Final = ("input", "template")


class Problems:
    """The problems of one file. Lines and columns count from 0 on the way in and from 1 on the way out."""

    def __init__(self, file: str, document: Document) -> None:
        """Start with the problems that the reader found in `document`; `file` is its path as messages show it."""
        self.file = file
        self._signs = document.signs
        self._faults: list[Fault] = document.faults[:MAX_PROBLEMS]
        self._left_out = len(document.faults) - len(self._faults)
        self.warnings = [Problem(Place(file, line + 1, column + 1), text) for line, column, text in document.warnings]

    def __bool__(self) -> bool:
        return bool(self._faults)

    @property
    def count(self) -> int:
        """How many problems there are."""
        return len(self._faults) + self._left_out

    @property
    def full(self) -> bool:
        """Whether further problems are only counted. Then no message is worth the search for advice."""
        return len(self._faults) >= MAX_PROBLEMS

    def sorted(self) -> list[Problem]:
        """Return the problems in the order of their places."""
        problems = [
            Problem(Place(self.file, line + 1, column + 1), text) for line, column, text in sorted(self._faults)
        ]
        if self._left_out:
            problems.append(Problem(Place(self.file), f"{self._left_out:,} more problems in this file are not listed"))
        return problems

    def add(self, line: int, column: int, message: str) -> None:
        """Add a problem."""
        if len(self._faults) < MAX_PROBLEMS:
            self._faults.append((line, column, message))
        else:
            self._left_out += 1

    def at_value(self, item: Item, message: str) -> None:
        """Add a problem with the value of a key."""
        self.add(item[1], item[2], message)

    def at_key(self, item: Item, message: str) -> None:
        """Add a problem with the key itself, or with its missing value."""
        self.add(item[3], item[4], message)

    def text(self, items: dict[str, Item], key: str, advice: str = "") -> str | None:
        """Return the text of `key`; None if the key is missing or (a problem) its value is not text."""
        item = items.get(key)
        if item is None:
            return None
        value = item[0]
        if type(value) is str:
            return value
        self.not_text(item, key, advice)
        return None

    def choice(self, items: dict[str, Item], key: str, options: tuple[str, ...]) -> str | None:
        """Return the text of `key`, which must be one of `options`; None if the key is missing or its value a problem."""
        value = self.text(items, key, f"write {' or '.join(options)}")
        if value is not None and value not in options:
            self.at_value(items[key], f"{key} must be {' or '.join(options)}{did_you_mean(value, options)}")
            return None
        return value

    def mapping(self, node: Node | Item, name: str, expected: str) -> dict[str, Item] | None:
        """Return the items of the mapping `name`; None after adding a problem that says what was `expected`."""
        value = node[0]
        if isinstance(value, dict):
            return value
        if value is None and len(node) == 5:
            self.no_value(node, name, f"write {expected}")
        else:
            self.add(node[1], node[2], f"{name} must be {expected}, not {kind_of(value)}")
        return None

    def sequence(self, item: Item, key: str, expected: str) -> list[Node] | None:
        """Return the items of the list of `key`; None after adding a problem that says what was `expected`."""
        value = item[0]
        if isinstance(value, list):
            return value
        if value is None:
            self.no_value(item, show_key(key), f"write {expected}")
        else:
            self.at_value(item, f"{show_key(key)} must be {expected}, not {kind_of(value)}")
        return None

    def not_text(self, item: Item, key: str, advice: str = "") -> None:
        """Add the problem that the value of `key` is not text."""
        if item[0] is None:
            self.no_value(item, show_key(key), advice or "write one, or remove the key")
        else:
            self.at_value(item, f"{show_key(key)} must be text, not {kind_of(item[0])}{computed_advice(item[0])}")

    def no_value(self, item: Item, name: str, advice: str) -> None:
        """Add the problem that `name` has no value; why, if the value begins with a sign of YAML's."""
        sign = self._signs.get((item[1], item[2]))
        if sign is not None:
            reason = "# begins a comment" if sign == "#" else f"{sign} begins a block of lines, and no lines follow"
            advice = f"{reason}. If the value begins with {sign}, put it in quotes"
        self.at_key(item, f"{name} has no value: {advice}")

    def unknown_keys(
        self,
        items: Mapping[str, Item],
        known: frozenset[str] | tuple[str, ...],
        owner: str,
        hints: Mapping[str, str] = NO_HINTS,
    ) -> None:
        """Add a problem for every key of `owner` that is not among `known`; `hints` has advice by key."""
        for key, item in items.items():
            if key not in known:
                advice = "" if self.full else hints.get(key) or did_you_mean(key, known)
                self.at_key(item, f"unknown key {show_key(key)} in {owner}{advice}")

    def missing(
        self, node: Node, items: Mapping[str, Item], known: frozenset[str], keys: tuple[str, ...], message: str
    ) -> None:
        """Add the problem that all of `keys` are missing, unless an unknown key is a misspelling of one."""
        if not any(nearest(key, known) in keys for key in items.keys() - known if not self.full):
            self.add(node[1], node[2], message)


def kind_of(value: Value) -> str:
    """Return what a value is, in words; never the value itself, which may be a secret."""
    if value is None:
        return "empty"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping"


def computed_advice(value: Value) -> str:
    """Return what to say if `value`, which is not text, would be a computed one in a profile; else nothing."""
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in COMPUTED_KEYS:
        return (
            ": {input: …} and {template: …} can only be a name, type or param of a profile, so write the value itself"
        )
    return ""


def show_key(key: str) -> str:
    """Return a key or name for a message: quoted unless it is a plain word, and truncated."""
    if key.replace("_", "").isalnum() and key.isascii() and len(key) <= 60:
        return key
    return quote_full(key) if len(key) <= 200 else f'"{truncate(key)}"'
