"""What differs in a field is marked in pieces that are harmless, and that give the whole values back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from pbxsync.model.entry import Type
from pbxsync.model.plan import FieldDiff, SecretDiff, TextDiff, TypeDiff
from pbxsync.render import marks, view
from tests.render.harmless import assert_harmless
from tests.render.strategies import HOSTILE, hostile

if TYPE_CHECKING:
    from pbxsync.text.differences import Line, Piece

LONG = st.lists(hostile | st.just("\n"), min_size=4, max_size=12).map("".join)


def shown(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.differs else "…" if piece.elided else piece.text for piece in pieces)


def text(before: str | None, after: str) -> TextDiff:
    return TextDiff("param1", before, after, "prompt")


def whole(lines: tuple[Line, ...], sign: str) -> str:
    return "\n".join("".join(piece.text for piece in line.pieces) for line in lines if line.sign in {" ", sign})


@pytest.mark.parametrize(
    ("diff", "expected"),
    [
        (text("+4520990401", "+4520990411"), ('"+45209904[0]1"', '"+45209904[1]1"')),
        (text("a b", "a\u00a0b"), ('"a[ ]b"', '"a[\\u00a0]b"')),
        (text("a\u00a0b", "a\u00adb"), ('"a[\\u00a0]b"', '"a[\\u00ad]b"')),
        (text("q\u0302!!", "q\u030c!!"), ('"[q\u0302]!!"', '"[q\u030c]!!"')),
        (text("", "x"), ('""', '"[x]"')),
        (text("30", "250"), ('"[30]"', '"[250]"')),
        (text("30", "300"), ('"30"', '"30[0]"')),
        (text("no", "yes: kitchen"), ('"[no]"', '"[yes: kitchen]"')),
        (text("3564732920", "0636287454"), ('"[3564732920]"', '"[0636287454]"')),
        (text(None, "x"), ("(not told)", '"x"')),
        (SecretDiff("param1", "hmac:1"), ("(sensitive)", "(sensitive)")),
        (TypeDiff(Type("7", "AI"), Type("9", "AI")), ('"AI" ([7])', '"AI" ([9])')),
    ],
)
def test_short_values_are_marked_by_character(diff: FieldDiff, expected: tuple[str, str]) -> None:
    assert tuple(map(shown, marks.values(diff))) == expected
    assert not marks.lines(diff)


@given(hostile, hostile)
def test_marked_values_are_the_values(before: str, after: str) -> None:
    diff = text(before, after)
    pieces = marks.values(diff)
    assert tuple("".join(piece.text for piece in side) for side in pieces) == view.values(diff)
    assert_harmless("".join(piece.text for piece in pieces[0]))
    assert (before != after) is any(piece.differs for side in pieces for piece in side)


def test_a_text_of_several_lines_is_a_line_diff() -> None:
    before = "\n".join(f"line {number}" for number in range(60))
    lines = marks.lines(text(before, before.replace("line 30", "line 3O")))
    assert [(line.sign, shown(line.pieces)) for line in lines] == [
        ("@", "28"),
        (" ", "line 28"),
        (" ", "line 29"),
        ("-", "line [30]"),
        ("+", "line [3O]"),
        (" ", "line 31"),
        (" ", "line 32"),
        ("@", "27"),
    ]
    assert marks.equal_lines(lines[0]) == "28 equal lines"
    assert marks.extent(text(before, "")) == "60 lines -> empty"
    assert marks.extent(text("x" * 81, before)) == "81 characters -> 60 lines"


def test_a_blank_between_two_words_that_differ_is_marked_with_them() -> None:
    before = "Never promise that anybody calls back on the same day.\nBye"
    lines = marks.lines(text(before, before.replace("on the same day", "within an hour")))
    assert [shown(line.pieces) for line in lines] == [
        "Never promise that anybody calls back [on the same day].",
        "Never promise that anybody calls back [within an hour].",
        "Bye",
    ]


def test_a_blank_at_the_end_of_a_line_is_seen() -> None:
    lines = marks.lines(text('say "a"\nb', 'say "a" \nb'))
    assert [(line.sign, shown(line.pieces)) for line in lines] == [
        ("-", 'say "a"'),
        ("+", 'say "a"[\\u0020]'),
        (" ", "b"),
    ]


def test_the_text_of_an_add_is_shown_in_lines_if_it_has_several() -> None:
    assert marks.lines(text(None, "x" * 300)) == ()
    assert [shown(line.pieces) for line in marks.lines(text(None, "a\n\\b"))] == ["a", "\\\\b"]


@given(LONG, LONG)
@example("\n".join(HOSTILE), "")
def test_a_line_diff_is_harmless_and_gives_both_texts_back(before: str, after: str) -> None:
    assume(before != after)
    lines = marks.lines(text(before, after), marks.WHOLE)
    if lines:
        assert whole(lines, "-") != whole(lines, "+")
        for line in lines:
            assert_harmless(f"  {line.sign} {''.join(piece.text for piece in line.pieces)}")


@given(LONG, LONG)
def test_two_texts_never_print_the_same(first: str, second: str) -> None:
    assume(first != second and "\n" in first and "\n" in second)
    assert whole(marks.lines(text(None, first)), "+") != whole(marks.lines(text(None, second)), "+")
