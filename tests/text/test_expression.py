"""Expressions match what Python's match, and in time that does not explode."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxsync.text.expression import BadExpression, Expression

ALPHABET = "ab1 +-_\n\u00e9\u0661"
ATOMS = (
    *("a", "b", "1", " ", "\u00e9", "-", "]", "}", r"\+", r"\.", ".", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S"),
    *("[ab]", "[^a1]", r"[\d+]", r"[^\s]", "[a-b1]", "[]a]", "[a-]", r"[\-\]]", "[.*+?{]", "[b^]", r"[\w ]"),
)
atoms = st.sampled_from(ATOMS)
counts = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "{0}", "{2,3}"])


def grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    sequence = st.lists(st.builds(str.__add__, inner | inner.map(lambda text: f"({text})"), counts), max_size=3).map(
        "".join
    )
    return st.lists(sequence, min_size=1, max_size=3).map("|".join).map(lambda text: f"(?:{text})")


expressions = st.recursive(atoms, grouped, max_leaves=6)


@given(expressions, st.lists(st.text(ALPHABET, max_size=6), min_size=1, max_size=8))
def test_expressions_match_what_python_matches(text: str, values: list[str]) -> None:
    expression, reference = Expression(text), re.compile(text, re.ASCII)
    for value in values:
        assert expression.matches(value) == (reference.fullmatch(value) is not None), (text, value)


@pytest.mark.parametrize(
    ("text", "matching", "others"),
    [
        (
            r"\+\d{8,15}",
            ["+4570123456", "+12345678"],
            ["+1234567", "4570123456", "+45 70123456", "+4570123456\n", "+45701234O6"],
        ),
        (r"\d{3,6}", ["112", "123456"], ["12", "1234567", "\u0661\u0661\u0661", ""]),
        ("INCOMINGDID|ORIGINAL", ["INCOMINGDID", "ORIGINAL"], ["incomingdid", "INCOMINGDID ", ""]),
        ("", [""], ["a"]),
        ("a{3}b?", ["aaa", "aaab"], ["aa", "aaabb"]),
        (r"[^\d]+", ["abc", " "], ["a1", ""]),
        ("\U0001f4de+", ["\U0001f4de"], ["\U0001f4df"]),
    ],
)
def test_an_expression_matches_a_whole_text(text: str, matching: list[str], others: list[str]) -> None:
    expression = Expression(text)
    assert [value for value in [*matching, *others] if expression.matches(value)] == matching


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a)", "character 2: this bracket closes no group"),
        ("(a", "character 1: this group is not closed"),
        ("x(?=a)", "character 2: groups with ? are not supported"),
        ("(?i)a", "character 1: groups with ? are not supported"),
        (r"(a)\1", r"character 4: \1 is not supported"),
        (r"\bx", r"character 1: \b is not supported"),
        ("\\", "character 1: \\ is not supported"),
        ("a**", "character 3: a repetition of a repetition is not supported"),
        ("a+?", "character 3: a repetition of a repetition is not supported"),
        ("a{2}{3}", "character 5: a repetition of a repetition is not supported"),
        ("*a", r"character 1: there is nothing to repeat: write \*"),
        ("a|+", r"character 3: there is nothing to repeat: write \+"),
        ("{2}", r"character 1: there is nothing to repeat: write \{"),
        ("^a$", "character 1: an expression always matches the whole value: leave ^ out"),
        ("[a", "character 1: this [ is not closed"),
        ("[]", "character 1: this [ is not closed"),
        ("[b-a]", "character 2: a range goes from a character to a later one"),
        ("[[:digit:]]", "character 2: write \\[ for a bracket"),
        ("a{3,2}", "character 2: the second number of a repetition is the larger one"),
        ("a" * 1001, "it has more than 1,000 characters"),
        (r"\d{501}", "it repeats itself into more than 500 characters"),
        ("(" * 60 + "a" + ")" * 60, "groups are nested more than 50 deep"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(BadExpression, match=re.escape(problem)):
        Expression(text)


@pytest.mark.parametrize(
    "text", ["(a*)*b", "(a|a)*b", "(a|aa)+b", "(.*)(.*)(.*)(.*)x", "a{0,250}a{250}", "(a?){200}a{200}"]
)
def test_no_expression_takes_time_that_explodes(text: str) -> None:
    """An engine that goes back and tries again would not come to the end of this test."""
    assert not Expression(text).matches("a" * 100_000 + "!")


@given(st.text(max_size=30))
def test_any_text_is_an_expression_or_an_error(text: str) -> None:
    try:
        expression = Expression(text)
    except BadExpression:
        return
    assert expression.matches("") == (re.compile(text, re.ASCII).fullmatch("") is not None)
