"""A syntax error says what to do, at the place that has to be fixed."""

from __future__ import annotations

import pytest
import yaml

from pbxsync.document.reader import read

CONFLICT = "this is a marker of a merge conflict: resolve the conflict, and remove the markers"
ALIAS = "a value that begins with * is an alias in YAML: put it in quotes"
COMMENT = "# begins a comment in YAML: if the value begins with #, put it in quotes"
TAIL = "there is text after the end of a value: put the whole value in quotes, or check the indentation"
TAB = "YAML does not allow tabs for indentation: use spaces"
TAB_IN_BLOCK = "a block of lines is indented with spaces: put spaces before the tab"
CHARACTER = "a value cannot begin with {} in YAML: put it in quotes"
COLON = "the value contains a colon and a space: put it in quotes, or check the indentation"
CLOSED = "a list in [ ] or a mapping in { } is not closed, or lacks a comma"
NODE = "a value is missing, or begins with a character that has a meaning in YAML: put it in quotes"
BLOCK = "a value that begins with | or > is a block of lines in YAML: put it in quotes"
PAIR = r"half of a character: write the character itself, or \U and its eight digits"
SYNTAX: list[tuple[str, bytes, tuple[int, int, str]]] = [
    ("feature code", b"number: *21*0636287454#", (0, 11, ALIAS)),
    ("feature code in a list", b"a: [1, *31#]", (0, 10, ALIAS)),
    ("anchor", b"a: &#x", (0, 4, "a value that begins with & is an anchor in YAML: put it in quotes")),
    ("@", b"a: @x", (0, 3, CHARACTER.format("@"))),
    ("%", b"a: %x", (0, 3, CHARACTER.format("%"))),
    ("`", b"a: `x", (0, 3, CHARACTER.format("`"))),
    ("tab", b"a:\n\tb: c", (1, 0, TAB)),
    ("tab after blanks", b"a:\n  b: c\n \td: e", (2, 1, TAB)),
    ("colon", b"name: a: b", (0, 7, COLON)),
    ("indentation", b"a: b\n  c: d", (1, 3, COLON)),
    ("less indentation", b"  a: b\n c: d", (1, 1, "this does not belong to what is above it: check the indentation")),
    ("dash", b"a: - b", (0, 3, 'the value begins with "- ": put it in quotes, or begin the list on a new line')),
    ("question mark", b"a: ? b", (0, 3, 'the value begins with "? ": put it in quotes')),
    ("dash left out", b"- a\nb: c", (1, 0, 'items of a list begin with "- " in the same column: check the indentation')),
    ("apostrophe", b"a: 'it's'\nb: c", (0, 7, TAIL)),
    ("after a quote", b'a: "x" y', (0, 7, TAIL)),
    ("quote left open", b'a: b\nc: "x\nd: e\n', (1, 3, "the quote that opens here is never closed")),
    ("quote over ---", b'a: "x\n---\nb', (0, 3, "the quote that opens here is not closed before a line of --- or ...")),
    ("key alone", b"- a: b\n  c", (1, 2, "a key needs a colon, a space and a value")),
    ("comma left out", b'a: ["x" "y"]', (0, 8, CLOSED)),
    ("bracket left open", b"a: [x\nb: c\n", (0, 3, CLOSED)),
    ("brace left open", b"a: {x: y\n", (0, 3, CLOSED)),
    ("comment in a list", b"a: [#31#06, x]\nb: c\n", (0, 4, COMMENT)),
    ("comment in a list later", b"a: [x, #31#]", (0, 7, COMMENT)),
    ("comment in a mapping", b"- {a: b}\n- {a: x, b: #31#}\n- c", (1, 12, COMMENT)),
    ("reference in braces", b"k: {read: ${X}}", (0, 11, 'inside [ ] and { } a reference needs quotes: write "${...}"')),
    ("value missing", b"a: [x,,y]", (0, 6, NODE)),
    ("closing", b"a: ]", (0, 3, NODE)),
    ("bar", b"a: |x", (0, 4, BLOCK)),
    ("indicator", b"a: >0\n b", (0, 4, BLOCK)),
    ("escape", b'a: "\\d"', (0, 4, r"YAML has no such escape: write \\ for a backslash, or use single quotes")),
    ("half a pair", b'a: "\\ud83d"', (0, 6, PAIR)),
    ("two halves the wrong way round", b'a: "\\ude00\\ud83d"', (0, 6, PAIR)),
    ("half a pair after a backslash", b'a: "\\\\ud83d\\ude00"', (0, 13, PAIR)),
    ("tab in a block", b"a: |\n\tb", (1, 0, TAB_IN_BLOCK)),
    ("tab in a block with a comment", b"a:\n  b: >-  # c\r\n\tb\n", (2, 0, TAB_IN_BLOCK)),
    ("tab after a block", b"a: |\n  b\n\tc", (2, 0, TAB)),
    ("the middle of a conflict", b"a: b\n=======\nc: d", (1, 0, CONFLICT)),
    ("directive", b"%FOO\n---\na: b", (0, 4, "a line that begins with % is a YAML directive: put it in quotes")),
]  # fmt: skip


@pytest.mark.parametrize(("data", "fault"), [pytest.param(*case[1:], id=case[0]) for case in SYNTAX])
def test_a_syntax_error_says_what_to_do(data: bytes, fault: tuple[int, int, str]) -> None:
    assert read(data).faults == [fault]


#: What the parser in Python accepts, and our check refuses.
HALVES = {f"surrogate U+{code} is not allowed in any value: remove it" for code in ("D83D", "DE00")}
#: What the parser in Python takes for a comment.
DIFFERENT = {"a line that begins with % is a YAML directive: put it in quotes"}


@pytest.mark.parametrize(("data", "fault"), [pytest.param(*case[1:], id=case[0]) for case in SYNTAX])
def test_the_parser_in_python_refuses_the_same(data: bytes, fault: tuple[int, int, str]) -> None:
    said = {said for _, _, said in read(data, yaml.BaseLoader).faults}
    assert fault[2] in said | DIFFERENT or said <= HALVES
