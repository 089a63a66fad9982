"""Finds text that the parsers misread, and comments that look like a part of a value.

YAML needs a space before a comment, and a value in [ ] may begin with a question mark. libyaml and PyYAML's own parser
take the end of `[1,#31#` for a comment all the same, and `[?x]` for a key. Either would shift or change params silently.
"""

from __future__ import annotations

import re
from bisect import bisect
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from pbxsync.document.characters import position

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxsync.document.characters import Fault

Span: TypeAlias = "tuple[int, int]"

_GLUED: Final = "YAML needs a space before a comment: if # belongs to the value, put the value in quotes"
_KEY: Final = "? begins a key inside [ ] and { }: if it belongs to the value, put the value in quotes"
_COMMENT: Final = (
    "# begins a comment here: if it belongs to the value, put the value in quotes, else put a space after #"
)
#: The beginning of a comment that looks like a telephone code (#31#, ##21#): after a value, and on its own line.
_CODE_AFTER_VALUE: Final = re.compile(r"#[0-9*#]")
_CODE_ON_OWN_LINE: Final = re.compile(r"#[*#]*[0-9]")
#: The same anywhere, or without a space before it.
_CODE_ANYWHERE: Final = re.compile(r"#[0-9*#]|[^\s]#")
#: It begins with the sign itself, for which `re` searches fast.
_QUESTION_MARK: Final = re.compile(r"\?(?<=[\[{,\s]\?)(?=\S)")
#: Enough to see what is wrong.
_MAX_FINDINGS: Final = 100


class Spans(NamedTuple):
    """Where a document has scalars (without the first line of a block), and brackets: start and end, sorted."""

    scalars: Sequence[Span]
    brackets: Sequence[Span]


class Misread(NamedTuple):
    """What the parsers misread (`faults`), and comments that look like a part of a value (`warnings`)."""

    faults: list[Fault]
    warnings: list[Fault]


def find(text: str, spans_of: Callable[[str], Spans]) -> Misread:
    """Return the findings in a valid document. `spans_of` parses it again, which hardly any document needs."""
    findings = Misread([], [])
    if not _has_candidate(text):
        return findings
    scalars, brackets = spans_of(text)
    comments: list[Span] = []
    index = text.find("#")
    while index >= 0 and len(findings.faults) + len(findings.warnings) < _MAX_FINDINGS:
        if (end := _end_of_span(scalars, index)) is not None:
            index = text.find("#", end)
            continue
        line_start, line_end = _line(text, index)
        if text[max(line_start, index - 1) : index].strip():
            findings.faults.append((*position(text, index), _GLUED))
        elif text[line_start:index].strip():
            if _CODE_AFTER_VALUE.match(text, index):
                findings.warnings.append((*position(text, index), _COMMENT))
        elif _CODE_ON_OWN_LINE.match(text, index) and _end_of_span(brackets, index) is not None:
            findings.warnings.append((*position(text, index), _COMMENT))
        comments.append((index, line_end))
        index = text.find("#", line_end)
    for match in _QUESTION_MARK.finditer(text):
        start = match.start()
        if _end_of_span(brackets, start) and not _end_of_span(scalars, start) and not _end_of_span(comments, start):
            findings.faults.append((*position(text, start), _KEY))
            break
    return findings


def _has_candidate(text: str) -> bool:
    """Whether there may be something to find, as far as that is known without parsing."""
    if _QUESTION_MARK.search(text):
        return True
    index = text.find("#")
    while index >= 0:
        line_start, line_end = _line(text, index)
        before, after = text[line_start:index], text[index:line_end]
        if not before.strip() and '"' not in after and "'" not in after:  # a comment, or in a block of lines
            if _CODE_ON_OWN_LINE.match(after):
                return True
        elif _CODE_ANYWHERE.search(text, line_start, line_end):
            return True
        index = text.find("#", line_end)
    return False


def _line(text: str, index: int) -> Span:
    """Return where the line of `index` starts and ends."""
    end = text.find("\n", index)
    return text.rfind("\n", 0, index) + 1, end if end != -1 else len(text)


def _end_of_span(spans: Sequence[Span], index: int) -> int | None:
    """Return the end of the span that contains `index`; None if none does."""
    following = bisect(spans, (index + 1,))
    if following and index < spans[following - 1][1]:
        return spans[following - 1][1]
    return None
