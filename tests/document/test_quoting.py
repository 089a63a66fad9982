from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from pbxsync.document.quoting import block, scalar
from pbxsync.document.reader import read
from pbxsync.text.sanitize import DANGEROUS
from tests.tenants.test_text import TEXT

PLAIN = [
    "Boss phone", "INCOMINGDID", "it's", 'a "b"', "+45 70 12 34 56", "a:b", "a#b", "Ærø 😀", "1A", "a, b", "x*", "C:\\x",
    "ON DUTY", "nully", "e5", "12-34", "(a)", "$5", "${VAR}", "/x", "_", ";", "50%", "a = b", "日本",
    "0", "5", "30", "100", "-5", "-10", "3564732920", "999999999999999", "-999999999999999",
]  # fmt: skip
MANGLED = """~ null NULL on Off YES n true = << 00 045 0636287454 +4512345678 +0 -0 -05 -.5 -1_0 1_000 1,000 1e5 1.5E+3
    1. 1.0 1.10 .5 0x1F 0o17 0b1 1000000000000000 9007199254740993 -1000000000000000 12:30 1:30:00.5 .inf -.INF .NaN
    2020-01-31 2001-12-14t21:59:43.10-05:00"""
MARKS = "*21*0636# #31#06 @x `x %x &x !x | >x - ? --- a: [a] {a} 'a' ::error::x ,x"
QUOTED = [*MANGLED.split(), *MARKS.split(), "", "- x", "? x", ": x", "a: b", "a #b", " a", "a "]
ESCAPED = {
    "##[group]": r'"#\x23[group]"', "a ##vso[x": r'"a #\x23vso[x"', "a\x1b[1m": r'"a\x1b[1m"', "a\u202eb": r'"a\u202eb"',
    "a\nb": r'"a\nb"', "a\tb": r'"a\tb"', "\u00a0": r'"\xa0"', "\ufeff\\": r'"\ufeff\\"', '\U000e0041"': r'"\U000e0041\""',
    "\ue000": r'"\ue000"', "\u2028": r'"\u2028"', "\u200b": r'"\u200b"', "\u3000x": r'"\u3000x"',
}  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_what_needs_no_quotes_gets_none(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize("text", QUOTED)
def test_what_a_reader_may_take_for_something_else_is_quoted(text: str) -> None:
    assert scalar(text) in {f'"{text}"', "'" + text.replace("'", "''") + "'"}


@pytest.mark.parametrize(("text", "written"), ESCAPED.items())
def test_what_is_dangerous_to_show_is_escaped(text: str, written: str) -> None:
    assert scalar(text) == scalar(text, in_brackets=True) == written


@pytest.mark.parametrize("text", ["a, b", "a]", "a[", "{", "a}", "a:b", "a?b", "a ,"])
def test_brackets_need_more_quotes(text: str) -> None:
    assert scalar(text, in_brackets=True) == f'"{text}"'


def values(document: str) -> list[Any]:
    """Return what the loader reads, and what a reader that knows types does: whole numbers as it would write them."""
    root: Any = read(document.encode()).root
    typed = yaml.safe_load(document)
    return [{key: item[0] for key, item in root[0].items()}, {as_text(key): as_text(typed[key]) for key in typed}]


def as_text(value: Any) -> Any:
    return str(value) if type(value) is int else value


@given(TEXT)
@settings(deadline=None, max_examples=200)
def test_any_text_arrives_here_and_elsewhere(text: str) -> None:
    assert values(f"a: {scalar(text)}\nb: c") == [{"a": text, "b": "c"}] * 2
    assert values(f"{{a: {scalar(text, in_brackets=True)}, b: c}}") == [{"a": text, "b": "c"}] * 2
    assert values(f"{scalar(text)}: c") == [{text: "c"}] * 2


NUMBERS = st.one_of(
    st.integers(-(10**18), 10**18).map(str),
    st.text("0123456789", min_size=1, max_size=17),
    st.lists(st.sampled_from([*"0123456789+-._:,eExob ", "-", "0", "00", "20"]), max_size=8).map("".join),
)


@given(NUMBERS)
@settings(deadline=None, max_examples=400)
def test_what_looks_like_a_number_is_the_same_digits_for_every_reader(text: str) -> None:
    """Also for those that keep numbers as floats, and write them as they are."""
    for document in (f"a: {scalar(text)}", f"{{a: {scalar(text, in_brackets=True)}}}"):
        assert values(document) == [{"a": text}] * 2
        newer = YAML(typ="safe", pure=True).load(document)["a"]
        assert as_text(newer) == text
        assert newer == text or f"{float(newer):.0f}" == str(int(float(newer))) == text


@given(TEXT)
@settings(deadline=None, max_examples=200)
def test_nothing_that_is_written_is_dangerous_to_show(text: str) -> None:
    assert not DANGEROUS.search(scalar(text))
    for line in (block(text, "  ") or "").split("\n"):
        assert not DANGEROUS.search(line)
        assert not re.match(r"\s*::", line)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("You are kind.\n\n  Be brief: yes.", "|-\n  You are kind.\n\n    Be brief: yes."),
        ("a\nb\n", "|\n  a\n  b"),
        ("# a\n- b", "|-\n  # a\n  - b"),
        ("a", None), ("a\n", None), ("a\n\n", None), ("\na\nb", None), (" a\nb", None), ("a \nb", None), ("a\n\tb", None),
        ("a\n ::error::b", None), ("a\n##[b", None), ("a\nb\u202e", None), ("a\n \nb", None),
    ],
)  # fmt: skip
def test_a_text_of_several_lines_is_a_block_where_that_is_safe(text: str, written: str | None) -> None:
    assert block(text, "  ") == written
    if written:
        assert values(f"a: {written}\nb: c") == [{"a": text, "b": "c"}] * 2
