"""What differs between two texts is marked, exactly that, and never left out."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pbxsync.text.differences import LONGEST_INLINE, Line, Piece, is_inline, line_diff, mark

TEXT = st.text(st.sampled_from("ab \n0é"), max_size=200)
LONG = st.lists(st.sampled_from(["one", "two", " ", "\n", "x" * 50]), max_size=120).map("".join)


def shown(pieces: tuple[Piece, ...]) -> str:
    return "".join(f"[{piece.text}]" if piece.differs else "…" if piece.elided else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("30", "25", ("[30]", "[25]")),
        ("+4520990401", "+4520990411", ("+45209904[0]1", "+45209904[1]1")),
        ("+4520006888", "+4520006001", ("+4520006[888]", "+4520006[001]")),
        ("INCOMINGDID", "INCOMNGDID", ("INCOM[I]NGDID", "INCOMNGDID")),
        ("112", "+112", ("112", "[+]112")),
        ("", "abc", ("", "[abc]")),
        ("a b", "a\u00a0b", ("a[ ]b", "a[\u00a0]b")),
        ("same", "same", ("same", "same")),
        ("Boss phone", "Boss private phone", ("Boss phone", "Boss [private ]phone")),
        ("Boss private phone", "Boss phone", ("Boss [private ]phone", "Boss phone")),
        ("100", "1000", ("100", "100[0]")),
        ('"no"', '"yes: kitchen"', ('"[no]"', '"[yes: kitchen]"')),
    ],
)
def test_the_characters_that_differ_are_marked(before: str, after: str, marked: tuple[str, str]) -> None:
    assert tuple(map(shown, mark(before, after))) == marked


@given(TEXT, TEXT)
def test_marked_pieces_are_the_texts_and_only_equal_ones_are_unmarked(before: str, after: str) -> None:
    ours, theirs = mark(before, after)
    assert "".join(piece.text for piece in ours) == before
    assert "".join(piece.text for piece in theirs) == after
    equal = [[piece.text for piece in pieces if not piece.differs] for pieces in (ours, theirs)]
    assert "".join(equal[0]) == "".join(equal[1])
    assert (before == after) is not any(piece.differs for piece in (*ours, *theirs))


@given(st.one_of(TEXT, LONG), st.one_of(TEXT, LONG))
def test_a_line_diff_gives_both_texts_back(before: str, after: str) -> None:
    assume(before != after)
    lines = line_diff(before, after, context=10**6)
    for text, sign in ((before, "-"), (after, "+")):
        kept = ["".join(piece.text for piece in line.pieces) for line in lines if line.sign in {" ", sign}]
        assert "\n".join(kept) == text


@given(LONG, LONG)
def test_what_differs_is_never_elided_or_counted_away(before: str, after: str) -> None:
    for line in line_diff(before, after):
        assert not any(piece.differs and piece.elided for piece in line.pieces)
        assert line.sign != "@" or int(line.pieces[0].text) > 1
    assert (before == after) is all(line.sign in " @" for line in line_diff(before, after))


def test_a_word_in_a_long_prompt_is_shown_with_two_lines_around_it() -> None:
    lines = [f"Line {number}: you answer the telephone of Hansen & Søn and take a message." for number in range(30)]
    before = "\n".join(lines)
    after = before.replace("Line 17: you", "Line 17: we")
    assert [(line.sign, shown(line.pieces)) for line in line_diff(before, after)] == [
        ("@", "15"),
        (" ", lines[15]),
        (" ", lines[16]),
        ("-", lines[17].replace("you", "[you]")),
        ("+", lines[17].replace("you", "[we]")),
        (" ", lines[18]),
        (" ", lines[19]),
        ("@", "10"),
    ]


def test_a_word_in_one_long_line_is_shown_with_its_surroundings() -> None:
    before = "x" * 200 + " one " + "y" * 300
    (old, new) = line_diff(before, before.replace("one", "two"))
    assert shown(old.pieces) == "…" + "x" * 29 + " [one] " + "y" * 29 + "…"
    assert (old.sign, new.sign, shown(new.pieces)) == ("-", "+", shown(old.pieces).replace("one", "two"))


def test_both_versions_of_a_line_are_shortened_if_one_of_them_is_long() -> None:
    before = "a" * 60 + " one " + "b" * 10
    old, new = line_diff(before, before.replace("one", "x" * 20))
    assert shown(old.pieces) == "…" + "a" * 29 + " [one] " + "b" * 10
    assert shown(new.pieces) == "…" + "a" * 29 + f" [{'x' * 20}] " + "b" * 10


def test_a_stretch_that_is_no_longer_than_what_stands_for_it_is_shown() -> None:
    before = "a" * 50 + " one " + "b" * 100
    old, _ = line_diff(before, before.replace("one", "two"))
    assert shown(old.pieces) == "a" * 50 + " [one] " + "b" * 29 + "…"


def test_texts_of_any_size_are_compared_in_bounded_time() -> None:
    before = "\n".join(f"{number % 7} {number}" for number in range(20_000))
    after = "\n".join(f"{number % 5} {number}" for number in range(20_000))
    lines = line_diff(before, after)
    assert {line.sign for line in lines} <= {"-", "+", " ", "@"}
    assert lines[-1] != Line("@", (Piece("0"),))


def test_a_text_is_inline_if_it_is_one_short_line() -> None:
    assert is_inline("", "x" * LONGEST_INLINE)
    assert not is_inline("x", "x" * (LONGEST_INLINE + 1))
    assert not is_inline("a\nb")


def test_a_long_line_without_words_is_compared_at_both_ends() -> None:
    first, second = line_diff("x" * 200 + r"\u00a0" + "y" * 200, "x" * 200 + r"\u00a1" + "y" * 200)
    assert [piece.text for piece in first.pieces if piece.differs] == [r"\u00a0"]
    assert [piece.text for piece in second.pieces if piece.differs] == [r"\u00a1"]
