"""What the parsers misread is refused, and a comment that looks like a part of a value gets a warning."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from pbxsync.document import misread, reader
from pbxsync.document.reader import read

PARSERS = [pytest.param(reader.PARSER, id="libyaml"), pytest.param(yaml.BaseLoader, id="python")]
GLUED = "YAML needs a space before a comment: if # belongs to the value, put the value in quotes"
KEY = "? begins a key inside [ ] and { }: if it belongs to the value, put the value in quotes"
CODE = "# begins a comment here: if it belongs to the value, put the value in quotes, else put a space after #"


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("params: [3564732920,#31#\n 30]\n", (0, 20)),
        ("params: [#31#\n 30]", (0, 9)),
        ("params: [a]#b", (0, 11)),
        ("{a: 1,#b\n c: 2}", (0, 6)),
        ('a: {"b":#c\n d}', (0, 8)),
        ('a: "b"#c', (0, 6)),
        ("a: 'b\n  # c'#d", (1, 6)),
        ("a: ['b'#31#\r\n, c]\r\n", (0, 7)),
        ("æ: 'ø'#c", (0, 6)),
        ('a: "\\ud83d\\ude00"#c', (0, 17)),
        ("a: '\u2028'#c", (0, 6)),
        ('a: "b\n  # c"#d', (1, 6)),
        ("# a\nb: [c]#d\ne: f # g", (1, 6)),
        ("a: b # c\nd: [e]#f\ng: h # i", (1, 6)),
        ("#\na: [ ]#b\n", (1, 6)),
        ("a:\n  - [b]#c\n  # d", (1, 7)),
    ],
)
def test_a_comment_without_a_space_before_it_is_refused(parser: Any, text: str, place: tuple[int, int]) -> None:
    document = read(text.encode(), parser)
    assert document.faults == [(*place, GLUED)]
    assert document.root is not None


@pytest.mark.parametrize(
    ("text", "place"), [("number: >#31#\n  30", (0, 9)), ("a: |-#b\n  c", (0, 5)), ("a: |2#b\n    c", (0, 5))]
)
def test_a_comment_right_after_the_sign_of_a_block_is_refused(text: str, place: tuple[int, int]) -> None:
    assert read(text.encode()).faults == [(*place, GLUED)]
    refused = read(text.encode(), yaml.BaseLoader)
    assert (refused.root, refused.faults[0][:2]) == (None, place)


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("number: +45 70 12 #34 56", [(0, 18)]),
        ("a: +45 #*1\nb: '#31#' ##21#", [(0, 7), (1, 10)]),
        ("a: [1, #31#\n 30]", [(0, 7)]),
        ("a: [1,\n #31#,\n ##21#,\n 30]", [(1, 1), (2, 1)]),
        ("a: {b: 1,\n #31#\n c: 2}", [(1, 1)]),
        ("a: #31#\n  30", [(0, 3)]),
        ("a: |  #31#\n  x#y\n  #31#\n", [(0, 6)]),
        ("a: &x #31#\n  30#b", [(0, 6)]),
        ("a: 5 #1\r\nb: 6 #2\r\n", [(0, 5), (1, 5)]),
        ("a: ø #1", [(0, 5)]),
        ("- #5\n  30", [(0, 2)]),
        ("# a\nb: c #1\nd: e # f", [(1, 5)]),
    ],
)
def test_a_comment_that_looks_like_a_telephone_code_gets_a_warning(
    parser: Any, text: str, places: list[tuple[int, int]]
) -> None:
    document = read(text.encode(), parser)
    assert document.faults == []
    assert document.warnings == [(*place, CODE) for place in places]


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    "text",
    [
        "#1\n## a\n####\na: b  # 1\nc: 'd'  # issue #12, it's \"fixed\"#\n  #31#\ne: f",
        "a: x#y 21*#\nb: '#31#'\nc: \"a #31# b\"\nd: ['##21#', x#1]\n'#31#': 1",
        "a: |\n  #31#\n  x\n\n  #31# #1\n#5\nb: >-\n  ,#31#\n#6\n",
        "a: 'x\n  #31#\n  y'\nb: 'it''s #1'",
        "a: &x '#31#'\nb: *x",
        "a: ['b?c', \"b ?c\", '?c', d]\ne: ?f\n? g\n: h\ni: j ?k",
        "# [?a\na: [b,  # {?c\n d]\nb: '[?c'",
        "a: [b,\n  # c\n  d]\n",
    ],
)
def test_other_comments_signs_and_question_marks_mean_what_they_say(parser: Any, text: str) -> None:
    document = read(text.encode(), parser)
    assert document.root is not None, document.faults
    assert (document.faults, list(document.warnings)) == ([], [])


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: [?b]", (0, 4)),
        ("a: [b, ?c: d]", (0, 7)),
        ("a: {?b: c}", (0, 4)),
        ("{a: [\n?b]}", (1, 0)),
    ],
)
def test_a_question_mark_that_begins_a_value_in_brackets_is_refused(
    parser: Any, text: str, place: tuple[int, int]
) -> None:
    assert (*place, KEY) in read(text.encode(), parser).faults


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("text", ["[?]", "[?#\n]", "{?}", "{?,a}"])
def test_a_question_mark_alone_in_brackets_is_refused_by_us_or_the_parser(parser: Any, text: str) -> None:
    """libyaml 0.2.6 takes it for a key, and 0.2.5 for an error."""
    assert read(text.encode(), parser).faults


def test_a_document_without_such_text_is_not_parsed_again() -> None:
    def parsed_again(text: str) -> misread.Spans:
        raise AssertionError(text)

    for text in (
        "a: b  # c?\n# 1 ?\n  #\n",
        "# a \"b\" 'c'\na: b? # c\n",
        "a: b",
        "a: b # c\n## d",
        "# a \"b\" # c\n  # 'd'",
    ):
        assert misread.find(text, parsed_again) == ([], [])


def test_the_first_hundred_findings_of_a_document_are_reported() -> None:
    document = read(b"- [b]#c\n- 1 #2\n" * 60)
    assert (len(document.faults), len(document.warnings)) == (50, 50)


@pytest.mark.parametrize("unit", ["# ", "## ", "#1 ", "x#", "#\n", "'#31#',", "[?a],", "a #1\n", "?a "])
def test_a_file_full_of_signs_is_read_in_linear_time(unit: str) -> None:
    for head, tail in (("- ", ""), ("- '", "'"), ("- [", "]"), ("# ", "\na: b"), ("- |\n  ", "")):
        read((head + unit * (200_000 // len(unit)) + tail).encode())
