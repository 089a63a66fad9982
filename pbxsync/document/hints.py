"""Explains YAML syntax errors to somebody who writes phone numbers.

No message quotes the file, because the text may be a key that does not belong there.
"""

from __future__ import annotations

import re
from typing import Final

from pbxsync.document.characters import Fault, position

_QUOTE: Final = "put it in quotes"
_ALIAS: Final = f"a value that begins with * is an alias in YAML: {_QUOTE}"
_TAIL: Final = "there is text after the end of a value: put the whole value in quotes, or check the indentation"
_UNCLOSED: Final = "a list in [ ] or a mapping in { } is not closed, or lacks a comma"
_TAB: Final = "YAML does not allow tabs for indentation: use spaces"
_TAB_IN_BLOCK: Final = "a block of lines is indented with spaces: put spaces before the tab"
_BLOCK_HEADER: Final = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?\r?\n[ \t]*\Z")
_COMMENT: Final = f"# begins a comment in YAML: if the value begins with #, {_QUOTE}"
_HASH: Final = re.compile(r"[\[{,:][ \t]*(?=#)")
#: Errors that the parser finds at the end of something, and that are fixed at its beginning.
_FIXED_AT_START: Final = ("simple key", "unexpected end of stream", "unexpected document")

#: By words of the parsers (libyaml's first, then PyYAML's own), context first: what is wrong, and what to do.
_MEANINGS: Final = (
    ("scanning an alias", _ALIAS),
    ("scanning an anchor", f"a value that begins with & is an anchor in YAML: {_QUOTE}"),
    ("tag", f"a value that begins with ! is a tag in YAML: {_QUOTE}"),
    ("directive", f"a line that begins with % is a YAML directive: {_QUOTE}"),
    ("tab character", _TAB),
    ("unknown escape character", r"YAML has no such escape: write \\ for a backslash, or use single quotes"),
    (
        "invalid Unicode character escape",
        r"half of a character: write the character itself, or \U and its eight digits",
    ),
    ("unexpected end of stream", "the quote that opens here is never closed"),
    ("unexpected document", "the quote that opens here is not closed before a line of --- or ..."),
    ("mapping values are not allowed", f"the value contains a colon and a space: {_QUOTE}, or check the indentation"),
    ("sequence entries are not allowed", f'the value begins with "- ": {_QUOTE}, or begin the list on a new line'),
    ("mapping keys are not allowed", f'the value begins with "? ": {_QUOTE}'),
    ("comment or line break", f"a value that begins with | or > is a block of lines in YAML: {_QUOTE}"),
    ("indentation indicator", f"a value that begins with | or > is a block of lines in YAML: {_QUOTE}"),
    ("expected ':'", "a key needs a colon, a space and a value"),
    ("document start", "this does not belong to what is above it: check the indentation"),
    ("'-' indicator", 'items of a list begin with "- " in the same column: check the indentation'),
    ("parsing a block collection", 'items of a list begin with "- " in the same column: check the indentation'),
    ("parsing a block mapping", _TAIL),
    ("node content", f"a value is missing, or begins with a character that has a meaning in YAML: {_QUOTE}"),
    ("parsing a flow", _UNCLOSED),
)


def explain(text: str, context: str, began: tuple[int, int] | None, problem: str, found: tuple[int, int]) -> Fault:
    """Return the fault for a syntax error: `context` and `problem` are the parser's words, the places count from 0."""
    index = _index(text, found)
    previous_line = text.rfind("\n", 0, max(0, text.rfind("\n", 0, index))) + 1
    if text[index : index + 1] == "\t" and _BLOCK_HEADER.search(text, previous_line, index):
        return (*found, _TAB_IN_BLOCK)
    if "cannot start any token" in problem:
        return (*found, _bad_start(text[index : index + 1]))
    if "parsing a flow" in context:
        return _in_brackets(text, context, began, problem, found)
    words = f"{context}; {problem}"
    place = began if began and any(known in words for known in _FIXED_AT_START) else found
    return (*place, _meaning(words))


def _meaning(words: str) -> str:
    return next((meaning for known, meaning in _MEANINGS if known in words), f"the file is not valid YAML: {words}")


def _bad_start(character: str) -> str:
    return _TAB if character == "\t" else f"a value cannot begin with {character} in YAML: {_QUOTE}"


def _in_brackets(text: str, context: str, began: tuple[int, int] | None, problem: str, found: tuple[int, int]) -> Fault:
    index = _index(text, found)
    if text[index - 1 : index + 1] == "${":
        return (*found, 'inside [ ] and { } a reference needs quotes: write "${...}"')
    opened = max(text.rfind("[", 0, index), text.rfind("{", 0, index))
    hashes = [match.end() for match in _HASH.finditer(text, max(opened, 0), index)]
    if hashes:
        return (*position(text, hashes[0]), _COMMENT)
    if index == len(text) and opened >= 0:
        return (*(began if began != found and began else position(text, opened)), _UNCLOSED)
    # On another line than the bracket, the bracket is wrong; on its line, what is here.
    return (*(began if began and began[0] != found[0] else found), _meaning(f"{context}; {problem}"))


def _index(text: str, place: tuple[int, int]) -> int:
    index = 0
    for _ in range(place[0]):
        index = text.find("\n", index) + 1
        if not index:
            return len(text)
    return min(index + place[1], len(text))
