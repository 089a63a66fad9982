r"""Regular expressions that take time in proportion to the text, whatever they are: no file can hang a run.

They are the part of Python's expressions that needs no backtracking: characters, `.`, classes (`[0-9a-f]`, `[^ ]`), `\d`,
`\w`, `\s` and their opposites, groups, `|`, and `*`, `+`, `?`, `{2}`, `{2,}`, `{2,5}`. An expression always matches a whole
text. `\d`, `\w` and `\s` stand for ASCII alone, because a PBX dials no other digits.

An expression is a set of places, one for each character that it may accept (Glushkov's construction). While a text is
read, the places that its last character may be at are the bits of one number.
"""

from __future__ import annotations

import re
import string
from functools import reduce
from operator import or_
from typing import Final, NamedTuple, TypeAlias

#: An expression that is longer, or has more places when its repetitions are written out, is refused.
_LONGEST: Final = 1_000
_MOST_PLACES: Final = 500
_MOST_NESTED: Final = 50
#: Results that are remembered; a text of everything in Unicode would bring about any number.
_MOST_REMEMBERED: Final = 10_000

_DIGITS: Final = frozenset(string.digits)
_CLASSES: Final = {
    "d": _DIGITS,
    "w": _DIGITS | frozenset(string.ascii_letters + "_"),
    "s": frozenset(string.whitespace),
}
_CONTROLS: Final = {"t": "\t", "n": "\n"}
_COUNT: Final = re.compile(r"\{([0-9]{1,4})(,([0-9]{1,4})?)?\}")
_QUANTIFIERS: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class BadExpression(ValueError):
    """An expression that is not one, or that is not understood; the text says where, and what to do."""


class _Set(NamedTuple):
    """The characters that a place accepts: one of `ranges` or `classes` has them; if `negated`, none does.

    A class is a set of characters, and whether it stands for all others.
    """

    ranges: tuple[tuple[str, str], ...] = ()
    classes: tuple[tuple[frozenset[str], bool], ...] = ()
    negated: bool = False

    def accepts(self, character: str) -> bool:
        inside = any(first <= character <= last for first, last in self.ranges)
        inside = inside or any((character in members) is not others for members, others in self.classes)
        return inside is not self.negated


class _Sequence(NamedTuple):
    parts: tuple[_Node, ...]


class _Choice(NamedTuple):
    options: tuple[_Node, ...]


class _Repeat(NamedTuple):
    part: _Node
    least: int
    most: int | None


_Node: TypeAlias = "_Set | _Sequence | _Choice | _Repeat"
_ANY: Final = _Set(ranges=(("\n", "\n"),), negated=True)


class _Piece(NamedTuple):
    """A part of the machine: whether it accepts an empty text, and the places that it may begin and end at, as bits."""

    empty: bool
    first: int
    last: int


class Expression:
    """A compiled expression. Raises BadExpression."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > _LONGEST:
            raise BadExpression(f"it has more than {_LONGEST:,} characters: divide it into several expressions")
        parser = _Parser(text)
        tree = parser.choice(0)
        if parser.at < len(text):
            raise parser.error("this bracket closes no group: write \\) for a bracket")
        self._sets: list[_Set] = []
        self._follow: list[int] = []
        self._whole = self._build(tree)
        self._accepting: dict[str, int] = {}
        self._after: dict[int, int] = {}

    def matches(self, text: str) -> bool:
        """Whether the expression matches the whole text."""
        if not text:
            return self._whole.empty
        candidates, reached = self._whole.first, 0
        for character in text:
            reached = candidates & self._places_of(character)
            if not reached:
                return False
            candidates = self._places_after(reached)
        return bool(reached & self._whole.last)

    def _places_of(self, character: str) -> int:
        """Return the places that accept a character."""
        places = self._accepting.get(character)
        if places is None:
            if len(self._accepting) >= _MOST_REMEMBERED:
                self._accepting.clear()
            places = sum(1 << at for at, accepted in enumerate(self._sets) if accepted.accepts(character))
            self._accepting[character] = places
        return places

    def _places_after(self, reached: int) -> int:
        """Return the places that may come after those `reached`."""
        places = self._after.get(reached)
        if places is None:
            if len(self._after) >= _MOST_REMEMBERED:
                self._after.clear()
            places, left = 0, reached
            while left:
                lowest = left & -left
                places |= self._follow[lowest.bit_length() - 1]
                left ^= lowest
            self._after[reached] = places
        return places

    def _build(self, node: _Node) -> _Piece:
        """Return the machine of a part; each repetition that is written out gets places of its own."""
        if isinstance(node, _Set):
            if len(self._sets) >= _MOST_PLACES:
                raise BadExpression(f"it repeats itself into more than {_MOST_PLACES} characters: repeat less often")
            self._sets.append(node)
            self._follow.append(0)
            bit = 1 << (len(self._sets) - 1)
            return _Piece(empty=False, first=bit, last=bit)
        if isinstance(node, _Choice):
            pieces = [self._build(option) for option in node.options]
            empty = any(piece.empty for piece in pieces)
            return _Piece(
                empty, reduce(or_, (piece.first for piece in pieces)), reduce(or_, (piece.last for piece in pieces))
            )
        whole = _Piece(empty=True, first=0, last=0)
        if isinstance(node, _Sequence):
            for part in node.parts:
                whole = self._joined(whole, self._build(part))
            return whole
        for _ in range(node.least):
            whole = self._joined(whole, self._build(node.part))
        if node.most is None:
            again = self._build(node.part)
            self._link(again.last, again.first)
            return self._joined(whole, again._replace(empty=True))
        for _ in range(node.most - node.least):
            whole = self._joined(whole, self._build(node.part)._replace(empty=True))
        return whole

    def _joined(self, left: _Piece, right: _Piece) -> _Piece:
        """Return the machine of two parts in a row."""
        self._link(left.last, right.first)
        return _Piece(
            left.empty and right.empty,
            left.first | (right.first if left.empty else 0),
            right.last | (left.last if right.empty else 0),
        )

    def _link(self, places: int, following: int) -> None:
        while places:
            lowest = places & -places
            self._follow[lowest.bit_length() - 1] |= following
            places ^= lowest


class _Parser:
    """Reads an expression from left to right; `at` is the next character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 0

    def error(self, message: str, at: int | None = None) -> BadExpression:
        """Return the error about the character at a place, from 0."""
        return BadExpression(f"character {(self.at if at is None else at) + 1}: {message}")

    def choice(self, depth: int) -> _Node:
        """Read alternatives up to the end of the group or the text."""
        if depth > _MOST_NESTED:
            raise self.error(f"groups are nested more than {_MOST_NESTED} deep: write it without some of them")
        options = [self._sequence(depth)]
        while self._next() == "|":
            self.at += 1
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else _Choice(tuple(options))

    def _next(self) -> str:
        return self._text[self.at : self.at + 1]

    def _take(self) -> str:
        character = self._next()
        self.at += 1
        return character

    def _sequence(self, depth: int) -> _Node:
        parts: list[_Node] = []
        while (character := self._next()) and character not in "|)":
            part = self._part(depth)
            count = _COUNT.match(self._text, self.at)
            if (quantifier := _QUANTIFIERS.get(self._next())) is not None:
                part = _Repeat(part, *quantifier)
                self.at += 1
            elif count is not None:
                least = int(count[1])
                most = least if count[2] is None else None if count[3] is None else int(count[3])
                if most is not None and most < least:
                    raise self.error("the second number of a repetition is the larger one")
                part = _Repeat(part, least, most)
                self.at = count.end()
            if self._next() in _QUANTIFIERS or _COUNT.match(self._text, self.at):
                raise self.error("a repetition of a repetition is not supported: put the first one into ( )")
            parts.append(part)
        return parts[0] if len(parts) == 1 else _Sequence(tuple(parts))

    def _part(self, depth: int) -> _Node:
        start = self.at
        character = self._take()
        if character == "(":
            if self._text.startswith("?:", self.at):
                self.at += 2
            elif self._next() == "?":
                raise self.error("groups with ? are not supported, except (?: )", start)
            node = self.choice(depth + 1)
            if self._take() != ")":
                raise self.error("this group is not closed: write \\( for a bracket", start)
            return node
        if character == "[":
            return self._class(start)
        if character == ".":
            return _ANY
        if character in "*+?{":
            raise self.error(f"there is nothing to repeat: write \\{character} for the character itself", start)
        if character in "^$":
            raise self.error(
                f"an expression always matches the whole value: leave {character} out, or write \\{character}", start
            )
        if character == "\\":
            members, others = self._escape(start)
            return _Set(classes=((members, others),))
        return _Set(ranges=((character, character),))

    def _class(self, start: int) -> _Set:
        """Read what follows a `[`."""
        negated = self._next() == "^"
        self.at += negated
        ranges: list[tuple[str, str]] = []
        classes: list[tuple[frozenset[str], bool]] = []
        first = True
        while first or self._next() != "]":
            first = False
            at = self.at
            character = self._take()
            if not character:
                raise self.error("this [ is not closed: write \\[ for a bracket", start)
            if character == "[":
                raise self.error("write \\[ for a bracket within [ ]", at)
            if character == "\\":
                members, others = self._escape(at)
                if others or len(members) > 1:
                    classes.append((members, others))
                    continue
                (character,) = members
            last = character
            if self._next() == "-" and self._text[self.at + 1 : self.at + 2] not in {"]", ""}:
                self.at += 1
                last = self._take()
                if last == "\\":
                    members, others = self._escape(self.at - 1)
                    last = "" if others or len(members) > 1 else next(iter(members))
                if last < character:
                    raise self.error("a range goes from a character to a later one", at)
            ranges.append((character, last))
        self.at += 1
        return _Set(tuple(ranges), tuple(classes), negated)

    def _escape(self, start: int) -> tuple[frozenset[str], bool]:
        """Read what follows a backslash: characters, and whether all others are meant."""
        character = self._take()
        if (members := _CLASSES.get(character.lower())) is not None:
            return members, character.isupper()
        if character in _CONTROLS:
            return frozenset(_CONTROLS[character]), False
        if not character or character.isalnum():
            raise self.error(f"\\{character} is not supported: write \\\\ for a backslash", start)
        return frozenset(character), False
