"""Words as people expect them."""

from __future__ import annotations

import pytest

from pbxsync.text.words import did_you_mean, first_lines, first_names, nearest, plural


@pytest.mark.parametrize(("number", "text"), [(0, "0 tenants"), (1, "1 tenant"), (2000, "2,000 tenants")])
def test_counts_agree_with_their_nouns(number: int, text: str) -> None:
    assert plural(number, "tenant") == text


@pytest.mark.parametrize(
    ("count", "noun", "text"),
    [
        (0, "", ""),
        (1, "", "T0"),
        (2, "", "T0, T1"),
        (3, "", "T0, T1 and 1 more"),
        (3, "tenant", "T0, T1 and 1 more tenant"),
        (4002, "tenant", "T0, T1 and 4,000 more tenants"),
    ],
)
def test_a_list_is_cut_with_the_number_that_is_left_out(count: int, noun: str, text: str) -> None:
    names = [f"T{number}" for number in range(count)]
    assert first_names(names, 2, noun) == text
    assert first_lines(names, 2, noun) == text.replace(" and ", ", and ").split(", ") * bool(count)


def test_a_suggestion_is_near_and_harmless() -> None:
    assert nearest("Foward", ["FORWARD", "SPLIT"]) == "FORWARD"
    assert nearest("x" * 101, ["x" * 100]) is None
    assert nearest("forward", ["FORWARD"], cutoff=1) == "FORWARD"
    assert did_you_mean("parms", ["params"]) == " (did you mean params?)"
    assert did_you_mean("\x1b[1mX", ["\x1b[1mY"]) == " (did you mean \\u001b[1mY?)"
    assert did_you_mean("zzz", ["params"]) == ""
