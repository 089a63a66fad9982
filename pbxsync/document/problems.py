"""Gathers the problems of one file while it is checked, and asks the usual questions of its values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxsync.model.entry import Place, Problem
from pbxsync.text.sanitize import quote_full, truncate
from pbxsync.text.words import did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.document.characters import Fault
    from pbxsync.document.reader import Document, Item, Node, Value

#: More than anybody reads; it bounds what a file of nothing but mistakes costs.
MOST: Final = 1_000


#: What `unlisted_params` may be.
UNLISTED: Final = ("keep", "clear")
TENANT_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TENANT_RULE: Final = (
    "a tenant's code is one plain word, as the PBX has it: letters, digits, . _ - and at most 64 of them"
)
NO_HINTS: Final[Mapping[str, str]] = {}


class Problems:
    """The problems of one file. Lines and columns count from 0 on the way in and from 1 on the way out."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._faults: list[Fault] = []
        self.left_out = 0
        self._signs: Mapping[tuple[int, int], str] = {}

    def add(self, line: int, column: int, message: str) -> None:
        """Note one problem."""
        if len(self._faults) < MOST:
            self._faults.append((line, column, message))
        else:
            self.left_out += 1

    def at_value(self, item: Item, message: str) -> None:
        """Note a problem with the value of a key."""
        self.add(item[1], item[2], message)

    def at_key(self, item: Item, message: str) -> None:
        """Note a problem with the key itself, or with there being no value."""
        self.add(item[3], item[4], message)

    def begin(self, document: Document) -> None:
        """Note the problems that the reader found."""
        self._signs = document.signs
        for fault in document.faults:
            self.add(*fault)

    @property
    def full(self) -> bool:
        """Whether further problems are only counted: then nothing is worth the search for advice."""
        return len(self._faults) >= MOST

    def __bool__(self) -> bool:
        return bool(self._faults)

    def problems(self) -> list[Problem]:
        """Return the problems in the order of their places."""
        found = self._placed(self._faults)
        if self.left_out:
            found.append(Problem(Place(self.file), f"{self.left_out:,} more problems in this file are not listed"))
        return found

    def _placed(self, faults: list[Fault]) -> list[Problem]:
        return [Problem(Place(self.file, line + 1, column + 1), said) for line, column, said in sorted(faults)]

    def text(self, items: dict[str, Item], key: str, instead: str = "") -> str | None:
        """Return the text that `key` has; None where it is missing or (a problem) no text."""
        item = items.get(key)
        if item is None:
            return None
        value = item[0]
        if type(value) is str:
            return value
        self.no_text(item, key, instead)
        return None

    def choice(self, items: dict[str, Item], key: str, options: tuple[str, ...]) -> str | None:
        """Return the text that `key` has, which must be one of `options`; None where it is missing or a problem."""
        value = self.text(items, key, f"write {' or '.join(options)}")
        if value is not None and value not in options:
            self.at_value(items[key], f"{key} must be {' or '.join(options)}{did_you_mean(value, options)}")
            return None
        return value

    def no_text(self, item: Item, key: str, instead: str = "") -> None:
        """Say that the value of `key` is no text."""
        if item[0] is None:
            self.no_value(item, shown(key), instead or "write one, or leave the key out")
        else:
            self.at_value(item, f"{shown(key)} must be text, not {kind(item[0])}")

    def no_value(self, item: Item, what: str, instead: str) -> None:
        """Say that `what` was left empty."""
        sign = self._signs.get((item[1], item[2]))
        if sign is not None:
            means = "what follows # is a comment" if sign == "#" else f"{sign} begins lines of text, and none follow"
            instead = f"{means}; if the value begins with {sign}, put it in quotes"
        self.at_key(item, f"{what} has no value: {instead}")

    def unknown_keys(
        self,
        items: Mapping[str, Item],
        known: frozenset[str] | tuple[str, ...],
        where: str,
        hints: Mapping[str, str] = NO_HINTS,
    ) -> None:
        """Say of every key that is not among `known`; `hints` are advice by key."""
        for key, item in items.items():
            if key not in known:
                advice = "" if self.full else hints.get(key) or did_you_mean(key, known)
                self.at_key(item, f"unknown key {shown(key)} in {where}{advice}")

    def missing(
        self, node: Node, items: Mapping[str, Item], known: frozenset[str], keys: tuple[str, ...], said: str
    ) -> None:
        """Say that one of `keys` is missing, unless an unknown key was probably meant to be it."""
        if not any(nearest(key, known) in keys for key in items.keys() - known if not self.full):
            self.add(node[1], node[2], said)

    def mapping(self, node: Node | Item, what: str, instead: str) -> dict[str, Item] | None:
        """Return the items of a mapping; None after saying that `what` is none."""
        value = node[0]
        if isinstance(value, dict):
            return value
        if value is None and len(node) == 5:
            self.no_value(node, what, f"write {instead}")
        else:
            self.add(node[1], node[2], f"{what} must be {instead}, not {kind(value)}")
        return None

    def sequence(self, item: Item, key: str, instead: str) -> list[Node] | None:
        """Return the items of a list; None after saying that the value of `key` is none."""
        value = item[0]
        if isinstance(value, list):
            return value
        if value is None:
            self.no_value(item, shown(key), f"write {instead}")
        else:
            self.at_value(item, f"{shown(key)} must be {instead}, not {kind(value)}")
        return None


def kind(value: Value) -> str:
    """Return what a value is, in words; never the value itself, which may be a secret."""
    if value is None:
        return "empty"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a mapping"


def shown(key: str) -> str:
    """Return a key or name for a message: as it is where that is plain, quoted and shortened elsewhere."""
    if key.replace("_", "").isalnum() and key.isascii() and len(key) <= 60:
        return key
    return quote_full(key) if len(key) <= 200 else f'"{truncate(key)}"'
