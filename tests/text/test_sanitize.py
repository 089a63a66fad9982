"""Text from elsewhere comes out harmless, and never loses what it was."""

from __future__ import annotations

import json
import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxsync.text import sanitize

TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=60) | st.sampled_from(
    ["::error::x", "  ::set-output name=a::b", "##[error]x", "##vso[task.complete]", "###[group]", "##VSO[x", "a\n::b"]
)


def harmless(text: str) -> bool:
    controls = any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in text if char != "\n")
    bidi = re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]", text)
    command = re.search(r"^\s*::|##\[|##vso\[", text, re.MULTILINE | re.IGNORECASE)
    return not (controls or bidi or command)


@given(TEXTS)
def test_inert_text_is_one_harmless_line(text: str) -> None:
    assert harmless(sanitize.sanitize(text))
    assert "\n" not in sanitize.sanitize(text)


@given(TEXTS)
def test_quoted_text_is_harmless_and_can_be_read_back(text: str) -> None:
    assert harmless(sanitize.quote_full(text))
    assert json.loads(sanitize.quote_full(text)) == text


@given(st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS)))
def test_json_is_harmless_and_parses_to_the_same_value(value: dict[str, object]) -> None:
    assert harmless(sanitize.json_text(value))
    assert json.loads(sanitize.json_text(value)) == value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain æøå +45 #1", "plain æøå +45 #1"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\nb", "a\\u000ab"),
        ("##[error]", "#\\u0023[error]"),
        ("  ::error::", "  \\u003a:error::"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("70\u00a012 34", "70\\u00a012 34"),
        ("Cafe\u0301 X", "Cafe\\u0301 X"),
        ("Caf\u00e9 X", "Caf\u00e9 X"),
        ("Vagt\u1112\u1161\u11ab", "Vagt\u1112\\u1161\\u11ab"),
        ("20 \u212b", "20 \\u212b"),
        ("e\u0301\u0323e\u0323\u0301", "e\\u0301\\u0323e\\u0323\\u0301"),
        ("\u0939\u093f", "\u0939\u093f"),
    ],
)
def test_what_is_odd_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert sanitize.sanitize(text) == shown


def test_shortened_says_how_much_was_left_out() -> None:
    assert sanitize.truncate("x" * 1250, 200) == "x" * 200 + "… (1,050 more characters)"
    assert sanitize.truncate("x" * 200, 200) == "x" * 200


@given(TEXTS)
def test_lines_keeps_line_breaks_and_nothing_else_that_is_odd(text: str) -> None:
    assert harmless(sanitize.sanitize_lines(text))
    assert sanitize.sanitize_lines(text).count("\n") == text.count("\n")


def test_no_control_or_format_character_of_unicode_gets_through() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert [
        char for char in sanitize.sanitize(every) if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ] == []


#: The characters of the field that printed as a blank or as nothing, and some more of their kind.
DECEPTIVE = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u202f\u205f\u3000"
    "\u034f\u115f\u1160\u3164\uffa0\u2800\ufe0f\u17b4\u17b5\U0001d159\u00ad\u2060\U000e0100\U00013441"
)


@pytest.mark.parametrize("character", DECEPTIVE, ids=lambda character: f"U+{ord(character):04X}")
def test_no_blank_but_the_space_and_nothing_invisible_prints_as_it_is(character: str) -> None:
    text = f"70{character}12"
    for shown in (sanitize.sanitize(text), sanitize.quote(text), sanitize.json_text([text])):
        assert character not in shown
        assert "\\u" in shown
    assert json.loads(sanitize.quote(text)) == text


@given(TEXTS, TEXTS)
def test_two_values_that_normalisation_joins_never_print_the_same(text: str, other: str) -> None:
    for same in (other, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)):
        assert text == same or sanitize.quote_full(text) != sanitize.quote_full(same)
    if text.isprintable() and "\\" not in text:
        shown = sanitize.quote_full(text)
        assert unicodedata.normalize("NFC", shown) == shown


def test_a_long_text_of_decomposed_letters_takes_no_longer_than_its_length() -> None:
    text = "e\u0301" * 100_000
    assert sanitize.sanitize(text) == "e\\u0301" * 100_000
