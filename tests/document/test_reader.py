from __future__ import annotations

from typing import Any

import pytest
import yaml

from pbxsync.document import reader
from pbxsync.document.reader import read

PARSERS = [pytest.param(reader.PARSER, id="libyaml"), pytest.param(yaml.BaseLoader, id="python")]


def plain(node: Any) -> Any:
    """Return the values of a tree without their places."""
    value = node[0]
    if isinstance(value, list):
        return [plain(child) for child in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    "written",
    [
        "0636287454", "+4512345678", "12:30", "on", "No", "007", "0o17", "0x1F", "1_000", "1e5", "~", "null", ".inf",
        "2020-01-01", "=", "3.10", "+45 70 12 34 56", "${VAR}", "x#y", "Ægil 😀", "1.", "21*#",
    ],
)  # fmt: skip
def test_a_scalar_is_the_text_that_is_written(parser: Any, written: str) -> None:
    document = read(f"- {written}\n- '{written}'\n- \"{written}\"\n".encode(), parser)
    assert document.faults == []
    assert document.root is not None
    assert plain(document.root) == [written] * 3


@pytest.mark.parametrize("parser", PARSERS)
def test_places_count_characters_from_0(parser: Any) -> None:
    document = read("\ufeffæøå: 😀\r\nb:\r\n  - [x, 'y']\r\n".encode(), parser)
    assert document.root is not None
    items: Any = document.root[0]
    assert items["æøå"] == ("😀", 0, 5, 0, 0)
    (row,) = items["b"][0]
    assert row == ([("x", 2, 5), ("y", 2, 8)], 2, 4)


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    "style", ["- a{}b\n", "- 'a{}b'\n", '- "a{}b"\n', "- |-\n  a{}b\n", "- >-\n  a{}b\n", "[a{}b]"]
)
@pytest.mark.parametrize(
    "odd", ["\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff", "\u2028\u2028 \uffff", "\ue000\u2029"]
)
def test_characters_that_libyaml_treats_specially_arrive_as_written(parser: Any, style: str, odd: str) -> None:
    document = read(style.format(odd).encode(), parser)
    assert document.faults == []
    assert document.root is not None
    assert plain(document.root) == [f"a{odd}b"]


def test_a_replacement_is_never_a_character_that_the_file_has_as_an_escape() -> None:
    document = read('- "\\uE000\\U0000E001"\n- a\u2028b\n'.encode())
    assert document.root is not None
    assert plain(document.root) == ["\ue000\ue001", "a\u2028b"]


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("around", ["{}", "x{}y", "{0}{0}", "\\\\{}", "{}\u2028", "\\uE000{}"])
def test_a_surrogate_pair_in_double_quotes_is_one_character(parser: Any, around: str) -> None:
    """As JSON writes it, and so PHP and Python do."""
    pair = around.format("\\ud83d\\uDE00")
    document = read(f'"{pair}": "{pair}"\nb: c'.encode(), parser)
    assert document.faults == []
    assert document.root is not None
    text = around.format("😀").replace("\\\\", "\\").replace("\\uE000", "\ue000")
    assert plain(document.root) == {text: text, "b": "c"}
    assert document.root[0]["b"][1:3] == (1, 3)  # type: ignore[index,call-overload]


@pytest.mark.parametrize("parser", PARSERS)
def test_a_surrogate_pair_elsewhere_is_the_text_that_is_written(parser: Any) -> None:
    written = r"\ud83d\ude00"
    document = read(f"a: {written}\nb: '{written}'\nc: |-\n  {written}\nd: \"\\\\ud83d\"".encode(), parser)
    assert document.faults == []
    assert document.root is not None
    assert plain(document.root) == {"a": written, "b": written, "c": written, "d": r"\ud83d"}


def test_aliases_stand_for_what_they_name() -> None:
    document = read(b"a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x\n")
    assert document.faults == []
    assert document.root is not None
    assert plain(document.root) == {"a": ["1", "2"], "b": ["1", "2"], "c": "3", "d": "3"}


REFUSED: list[tuple[str, bytes, list[tuple[int, int, str]]]] = [
    ("latin-1", "a: b\nname: Ærø".encode("latin-1"), [(1, 6, "byte 0xC6 is not UTF-8: save the file as UTF-8")]),
    ("cut short", "a: bæ".encode()[:-1], [(0, 4, "byte 0xC3 is not UTF-8: save the file as UTF-8")]),
    ("raw surrogate", b"a: b\xed\xa0\x80", [(0, 4, "byte 0xED is not UTF-8: save the file as UTF-8")]),
    ("bad byte after a BOM", b"\xef\xbb\xbfa: \xff", [(0, 3, "byte 0xFF is not UTF-8: save the file as UTF-8")]),
]
UTF16 = "the file is UTF-16 or UTF-32: save it as UTF-8"
REFUSED += [
    (encoding, "tenant: DEMO".encode(encoding), [(0, 0, UTF16)])
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be")
]
CONTROL = "control character U+{:04X} is not allowed in any value: remove it"
REFUSED += [
    (f"control {code:#x}", f"a: b\nc: d{chr(code)}e".encode(), [(1, 4, CONTROL.format(code))])
    for code in (0x01, 0x08, 0x0B, 0x0C, 0x1B, 0x1F, 0x7F, 0x80, 0x85, 0x9F)
]
REFUSED += [
    ("lone CR", b"a: b\r\n\x07\nc:\rd: d\r", [(2, 2, "a line ends with CR alone: end lines with LF or CRLF")]),
    ("control in a comment", b"a: b # \x07", [(0, 7, CONTROL.format(7))]),
    ("two controls", b"a: b\x07\nc: \x1bd", [(0, 4, CONTROL.format(7)), (1, 3, CONTROL.format(27))]),
    ("escaped ESC", b'a: "x\\e[1m"', [(0, 5, CONTROL.format(27))]),
    ("escaped CR", b'a: "\\\\ \\x41\\r"', [(0, 11, CONTROL.format(13))]),
    ("escaped C1", b'a: "\\u009f"', [(0, 4, CONTROL.format(0x9F))]),
    ("escaped NEL in a key", b'"a\\N": b', [(0, 2, CONTROL.format(0x85))]),
    ("escaped DEL", b'a: "\n  \\U0000007F"', [(1, 2, CONTROL.format(0x7F))]),
]
EMPTY = "the file is empty: add to it, or remove it"
TAG = "a value that begins with ! is a tag in YAML: put it in quotes, or remove the tag"
SECOND = "a second document begins here: move it to a file of its own"
DIRECTIVE = "a %TAG directive is not allowed, because every value is text: remove it"
TWICE = '"{}" is given twice, first in line {}: remove one of them'
KEY = "a key must be plain text"
CONFLICT = "this is a marker of a merge conflict: resolve the conflict, and remove the markers"
DEEP = "nested more than 20 deep: check the brackets and the indentation"
ITSELF = "the alias refers to a value that contains the alias: write the value out"
ALIAS = "a value that begins with * is an alias in YAML: put it in quotes"
REFUSED += [
    ("empty", b"", [(0, 0, EMPTY)]),
    ("only comments", b"\n# nothing\n  \n", [(0, 0, EMPTY)]),
    ("only a BOM", b"\xef\xbb\xbf", [(0, 0, EMPTY)]),
    ("tag", b"a: !!str 5", [(0, 3, TAG)]),
    ("own tag", b"a: !x 5", [(0, 3, TAG)]),
    ("python tag", b"a: !!python/object/apply:os.system [id]", [(0, 3, TAG)]),
    ("bare tag", b"a: ! 5", [(0, 3, TAG)]),
    ("bare tag, quoted", b"a: ! '5'", [(0, 3, TAG)]),
    ("tag on a key", b"!!str a: 5", [(0, 0, TAG)]),
    ("tags on collections", b"a: !!seq []\nb: !!map {}", [(0, 3, TAG), (1, 3, TAG)]),
    ("unknown handle", b"a: !x!y 5", [(0, 3, "a value that begins with ! is a tag in YAML: put it in quotes")]),
    ("tag directive", b"# x\n\n%TAG ! x\n---\na: b", [(2, 0, DIRECTIVE)]),
    ("key twice", b"a: 1\nb:\n  c: 1\n  c: 2\na: 3", [(3, 2, TWICE.format("c", 3)), (4, 0, TWICE.format("a", 1))]),
    ("key twice in a flow", b'{a: 1, "a": 2}', [(0, 7, TWICE.format("a", 1))]),
    ("complex key", b"? [a]\n: b\n? {c: d}\n: e", [(0, 2, KEY), (2, 2, KEY)]),
    ("alias as key", b"a: &x b\n*x : c", [(1, 0, KEY)]),
    ("two documents", b"a: b\n---\nc: d", [(1, 0, SECOND)]),
    ("two documents, ended", b"a: b\n...\n# x\nc: d", [(3, 0, SECOND)]),
    ("something after the end mark", b"a: b\n... c: d\n", [(1, 0, SECOND)]),
    ("a list after the end mark", b"a: b\n...\t- d\n", [(1, 0, SECOND)]),
    ("a directive after the end", b"a: b\n...\n%YAML 1.2\n---\n", [(2, 0, SECOND)]),
    ("two ---", b"---\n---\na: b", [(1, 0, SECOND)]),
    ("deep flow", b"[" * 21, [(0, 20, DEEP)]),
    ("deep mappings", b"{a: " * 21, [(0, 80, DEEP)]),
    ("deep block", b"- " * 21 + b"x", [(0, 40, DEEP)]),
    ("deep by aliases", b"a: &a " + b"[" * 15 + b"]" * 15 + b"\nb: [[[[[*a]]]]]", [(1, 8, DEEP)]),
    ("unknown alias", b"number: *21", [(0, 8, ALIAS)]),
    ("alias of itself", b"a: &x [*x]", [(0, 7, ITSELF)]),
    ("conflict", b"a: b\n<<<<<<< HEAD\nc: d\n=======\nc: e\n>>>>>>> mine\n", [(1, 0, CONFLICT)]),
    ("conflict in brackets", b"a: [b,\n<<<<<<< HEAD\nd,\n=======\ne,\n>>>>>>> mine\n]", [(1, 0, CONFLICT)]),
    ("end of a conflict", b"a: b\n>>>>>>> mine\n", [(1, 0, CONFLICT)]),
    ("base of a conflict", b"||||||| base\na: b", [(0, 0, CONFLICT)]),
    ("alias of its mapping", b"&x a: &y {b: *y}", [(0, 13, ITSELF)]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "faults"), [pytest.param(*case[1:], id=case[0]) for case in REFUSED])
@pytest.mark.parametrize("parser", PARSERS)
def test_what_a_file_must_not_contain_is_refused_at_its_place(
    parser: Any, data: bytes, faults: list[tuple[int, int, str]]
) -> None:
    assert sorted(read(data, parser).faults) == faults


@pytest.mark.parametrize(
    "end", ["", "\n", "\r\n", "\n...\n", "\n... # end\n", "\n# comment", "\n\n  # comment\n\n", "\n...\n# x\n...\n"]
)
def test_a_file_may_end_as_files_do(end: str) -> None:
    document = read(f"%YAML 1.2\n---\na: b{end}".encode())
    assert document.faults == []
    assert document.root is not None
    assert plain(document.root) == {"a": "b"}


def test_an_empty_value_knows_that_a_comment_follows() -> None:
    document = read(b"a: #31#\nb:\n# c\nc: ''\nd: ~\ne:    # x")
    assert document.root is not None
    assert plain(document.root) == {"a": None, "b": None, "c": "", "d": "~", "e": None}
    assert document.signs == {(0, 2): "#", (5, 2): "#"}
