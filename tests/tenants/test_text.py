"""What is written is what arrives, for any text and every way to write it."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.document.reader import read

ODD = "\u00a0\u2028\u2029\ufeff\ufffe\uffff\ue000\uf8ff\U0001fffe\U0010ffff\U000f0000\\\"'#:{}[],&*!|>%@`?-=~<$\t\n "
WORDS = st.sampled_from(
    ["null", "~", "0o17", "1_000", "12:30", "on", "\\uE000", "\\ue001", "# ", ": ", " #", "- ", "---", "...", "<<"]
)
TEXT = st.lists(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from(ODD), WORDS), max_size=12
).map("".join)


def single_quoted(text: str) -> str:
    """Quote without escapes: only a line break cannot be written so."""
    return "'" + text.replace("'", "''") + "'"


def double_quoted(text: str) -> str:
    """Quote with as few escapes as there can be."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def wholly_escaped(text: str) -> str:
    return '"' + "".join(f"\\U{ord(character):08X}" for character in text) + '"'


def literal(text: str) -> str:
    """Write as a block; where it ends is told by its last line break being one too many."""
    return "|2-\n" + "".join(f"  {line}\n" for line in text.split("\n"))


def arrives(written: str) -> str:
    """Return what a list item arrives as."""
    return only(f"- {written}\n")


def only(data: str) -> str:
    """Return the text that is the one item of a list."""
    document = read(data.encode())
    assert document.faults == []
    assert document.root is not None
    items: Any = document.root[0]
    ((value, _, _),) = items
    assert isinstance(value, str)
    return value


@given(TEXT)
@settings(deadline=None, max_examples=300)
def test_what_is_written_arrives(text: str) -> None:
    assert arrives(double_quoted(text)) == text
    assert arrives(wholly_escaped(text)) == text
    if "\n" not in text:
        assert arrives(single_quoted(text)) == text
    if not text.endswith("\n") and text.strip("\n "):
        assert arrives(literal(text).rstrip("\n")) == text


@given(TEXT)
@settings(deadline=None, max_examples=300)
def test_what_another_program_writes_arrives(text: str) -> None:
    for written in (
        yaml.safe_dump([text], width=10**6),
        yaml.safe_dump([text], allow_unicode=True, default_style='"'),
        yaml.safe_dump([text], default_flow_style=True),
        json.dumps([text]),
        json.dumps([text], ensure_ascii=False),
    ):
        assert only(written) == text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=ODD), min_size=1))
@settings(deadline=None, max_examples=300)
def test_text_without_marks_of_yaml_needs_no_quotes(text: str) -> None:
    assert arrives(text) == text


@given(TEXT, TEXT)
@settings(deadline=None, max_examples=200)
def test_places_are_those_of_an_editor(before: str, text: str) -> None:
    """Lines end at line feeds alone, and columns count characters."""
    data = f"# {before.replace(chr(10), '')}\n{{{double_quoted(before)}: {double_quoted(text)}}}"
    document = read(data.encode())
    assert document.root is not None
    items: Any = document.root[0]
    (item,) = items.values()
    assert item[1:] == (1, 1 + len(double_quoted(before)) + 2, 1, 1)
    assert re.compile(re.escape(double_quoted(text))).match(data.split("\n")[1], item[2])
