"""What differs between two texts, for people: the characters of short ones, the lines of long ones. Pure.

Short texts are compared character by character. Long ones are shown as a line diff whose changed lines are compared word
by word. Equal stretches of a long line are shortened, because a reviewer does not look for them; what differs never is.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: A text of more characters, or of several lines, is shown as a line diff.
LONGEST_INLINE: Final = 80
#: Equal characters that are kept on either side of what differs in a long line.
_AROUND: Final = 30
#: Fewer equal characters are shown: what would stand for them is as long.
_FEWEST_ELIDED: Final = 24
#: Texts with fewer than one in this number of characters or words in common differ as a whole: the rest is chance.
_ONE_IN: Final = 3
#: Lines or words beyond which texts are not aligned: that takes quadratic time. All of them count as different then.
_MOST_ALIGNED: Final = 2_000
#: An escape is a word.
_UNITS: Final = re.compile(r"\\u[0-9a-f]{4}|.", re.DOTALL)
_WORDS: Final = re.compile(r"\\u[0-9a-f]{4}|\w+|\s+|[^\w\s]")


#: As difflib has it: a tag, and where it begins and ends in either text.
Opcode: TypeAlias = "tuple[str, int, int, int, int]"


class Piece(NamedTuple):
    """A stretch of a text; `differs` from the other text or not. `elided` stands for equal text that is not shown."""

    text: str
    differs: bool = False
    elided: bool = False


class Line(NamedTuple):
    """A line of a diff. `sign` is `-` for a line of the old text, `+` for one of the new, a blank for one of both.

    A `sign` of `@` stands for equal lines that are not shown, and `pieces` then hold their number.
    """

    sign: str
    pieces: tuple[Piece, ...]


def is_inline(*texts: str) -> bool:
    """Whether these texts are short enough to be shown on one line each."""
    return all(len(text) <= LONGEST_INLINE and "\n" not in text for text in texts)


def mark(before: Sequence[str], after: Sequence[str]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts in pieces, by character. Texts of one length are compared place by place, as numbers are read.

    A text may be given as a sequence of what is to be compared as one character.
    """
    if len(before) == len(after):
        flags = [old != new for old, new in zip(before, after, strict=True)]
        return _by_flags(before, flags), _by_flags(after, flags)
    return _aligned(before, after)


def line_diff(before: str, after: str, context: int = 2) -> tuple[Line, ...]:
    """Return the lines of a diff of two texts, with `context` equal lines around each change."""
    old, new = before.split("\n"), after.split("\n")
    changes = _opcodes(old, new)
    lines: list[Line] = []
    for at, (tag, first, last, start, end) in enumerate(changes):
        if tag == "equal":
            lines += _context(old[first:last], context, begins=at == 0, ends=at == len(changes) - 1)
        else:
            lines += _changed(old[first:last], new[start:end])
    return tuple(lines)


def _context(equal: Sequence[str], context: int, *, begins: bool, ends: bool) -> Iterable[Line]:
    """Yield equal lines: those next to a change, and one that counts the lines left out."""
    head = 0 if begins else min(context, len(equal))
    tail = 0 if ends else min(context, len(equal) - head)
    hidden = len(equal) - head - tail
    if hidden == 1:  # as long as the line that would stand for it
        head, hidden = head + 1, 0
    yield from (Line(" ", *_shortened((Piece(text),))) for text in equal[:head])
    if hidden:
        yield Line("@", (Piece(str(hidden)),))
    yield from (Line(" ", *_shortened((Piece(text),))) for text in equal[len(equal) - tail :])


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterable[Line]:
    """Yield replaced lines, compared in pairs as far as there are pairs; the others are different whole."""
    pairs = [_shortened(*_by_words(before, after)) for before, after in zip(old, new, strict=False)]
    yield from (Line("-", pieces) for pieces, _ in pairs)
    yield from (Line("-", (Piece(text, differs=True),)) for text in old[len(pairs) :])
    yield from (Line("+", pieces) for _, pieces in pairs)
    yield from (Line("+", (Piece(text, differs=True),)) for text in new[len(pairs) :])


def _by_words(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return two lines in pieces, by words. A blank between two words that differ belongs to what differs."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(map(len, (*old, *new)), default=0) > LONGEST_INLINE:  # no words: all of it would differ
        old, new = _in_three(before, after), _in_three(after, before)
    return _aligned(old, new, joins=str.isspace)


def _in_three(text: str, other: str) -> list[str]:
    """Return what a text begins and ends with like another, and what is between."""
    ours, theirs = _UNITS.findall(text), _UNITS.findall(other)
    shorter = min(len(ours), len(theirs))
    head = next((at for at in range(shorter) if ours[at] != theirs[at]), shorter)
    tail = next((at for at in range(shorter - head) if ours[-1 - at] != theirs[-1 - at]), shorter - head)
    end = len(ours) - tail
    return ["".join(part) for part in (ours[:head], ours[head:end], ours[end:]) if part]


def _aligned(
    before: Sequence[str], after: Sequence[str], joins: Callable[[str], bool] = lambda _: False
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return two sequences of characters or words in pieces. Equal text that `joins` is different as what is around it."""
    codes = _readable(_opcodes(before, after), before, after)
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for at, (tag, first, last, start, end) in enumerate(codes):
        inside = 0 < at < len(codes) - 1
        differs = tag != "equal" or (inside and joins("".join(before[first:last])))
        for pieces, text in zip(sides, ("".join(before[first:last]), "".join(after[start:end])), strict=True):
            if differs and pieces and pieces[-1].differs:
                pieces[-1] = Piece(pieces[-1].text + text, differs=True)
            elif text:
                pieces.append(Piece(text, differs))
    return tuple(sides[0]), tuple(sides[1])


def _readable(codes: list[Opcode], before: Sequence[str], after: Sequence[str]) -> list[Opcode]:
    """Return opcodes that say the same, without specks in common, and whose inserts and deletes begin with a word."""
    inner = codes[codes[0][0] == "equal" : len(codes) - (codes[-1][0] == "equal")] if codes else []
    common = sum(last - first for tag, first, last, _, _ in inner if tag == "equal")
    if common:
        first, last, start, end = inner[0][1], inner[-1][2], inner[0][3], inner[-1][4]
        if common * _ONE_IN < max(last - first, end - start):
            at = codes.index(inner[0])
            codes[at : at + len(inner)] = [("replace", first, last, start, end)]
    for at in range(1, len(codes) - 1):
        tag, first, last, start, end = codes[at]
        if tag == "equal" or (last > first and end > start):
            continue
        text, begin, stop = (after, start, end) if tag == "insert" else (before, first, last)
        room = codes[at - 1][2] - codes[at - 1][1]
        equal = next((n for n in range(room) if text[begin - 1 - n] != text[stop - 1 - n]), room)
        # "Boss p[rivate p]hone" is the same as "Boss [private ]phone".
        by = next((n for n in range(min(equal, room - 1) + 1) if not text[begin - 1 - n].isalnum()), 0)
        codes[at - 1] = ("equal", codes[at - 1][1], first - by, codes[at - 1][3], start - by)
        codes[at] = (tag, first - by, last - by, start - by, end - by)
        codes[at + 1] = ("equal", last - by, codes[at + 1][2], end - by, codes[at + 1][4])
    return codes


def _opcodes(before: Sequence[str], after: Sequence[str]) -> list[Opcode]:
    """Return difflib's opcodes. What is equal at both ends is set aside first, so that nearly all texts are small."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(old) > _MOST_ALIGNED or len(new) > _MOST_ALIGNED:
        inner = [("replace", 0, len(old), 0, len(new))]
    else:
        inner = [tuple(code) for code in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()]  # type: ignore[misc]
    codes = [(tag, first + head, last + head, start + head, end + head) for tag, first, last, start, end in inner]
    if head:
        codes.insert(0, ("equal", 0, head, 0, head))
    if tail:
        codes.append(("equal", len(before) - tail, len(before), len(after) - tail, len(after)))
    return codes


def _by_flags(text: Sequence[str], flags: Sequence[bool]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    begin = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or flags[at] != flags[begin]:
            pieces.append(Piece("".join(text[begin:at]), flags[begin]))
            begin = at
    return tuple(pieces)


def _shortened(*sides: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], ...]:
    """Return the pieces of a line, or of its two versions, without the middle of long equal stretches."""
    if all(sum(len(piece.text) for piece in pieces) <= LONGEST_INLINE for pieces in sides):
        return sides
    return tuple(map(_without_middles, sides))


def _without_middles(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    kept: list[Piece] = []
    for at, piece in enumerate(pieces):
        # A line that is equal throughout is known by its beginning.
        head = 2 * _AROUND if len(pieces) == 1 else _AROUND if at else 0
        tail = _AROUND if at < len(pieces) - 1 else 0
        if piece.differs or len(piece.text) < head + tail + _FEWEST_ELIDED:
            kept.append(piece)
            continue
        start, end = piece.text[:head], piece.text[len(piece.text) - tail :]
        kept += [Piece(start)] if start else []
        kept += [Piece(piece.text[head : len(piece.text) - tail], elided=True)]
        kept += [Piece(end)] if end else []
    return tuple(kept)
