"""A key is taken out of a text whatever was done to its special characters on the way, and nothing else is."""

from __future__ import annotations

import base64
import html
import json
from functools import reduce
from typing import TYPE_CHECKING
from urllib.parse import quote

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pbxsync.model import Secret
from pbxsync.wire.redact import PLACEHOLDER, Redactor
from tests.secrecy.writings import WRITINGS

if TYPE_CHECKING:
    from collections.abc import Callable

ODD = "abzAZ0159+/=&%#?:;,$@!'\"\\<>[](){}~-_.|^`æøåÆéß\u200b\u0142😀"
#: A backslash at the end may be taken for one of what follows; that it is left tells nobody anything.
KEYS = st.text(st.sampled_from(ODD), min_size=6, max_size=24).filter(lambda key: not key.endswith("\\"))


ONE = st.sampled_from(list(WRITINGS))
#: Python's repr comes first where it comes at all: after others it would write some letters in two ways within one key.
MANY = st.lists(ONE, min_size=1, max_size=2).filter(lambda names: "ascii" not in names[1:])


@settings(max_examples=300, deadline=None)
@given(KEYS, MANY, st.sampled_from(["", "key=", "æ ", "{'", "\n"]))
@example("W+r/t=e%2B#&kø", ["json"], "")
@example('x\\"y', ["quoted", "json"], "")
def test_a_key_is_found_however_it_is_written(key: str, writings: list[str], before: str) -> None:
    written = reduce(lambda text, name: WRITINGS[name](text), writings, key)
    assert Redactor([Secret(key)])(f"{before}{written} etc.") == f"{before}{PLACEHOLDER} etc."


@settings(max_examples=100, deadline=None)
@given(KEYS, st.text(max_size=4), st.text(max_size=4), st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]))
def test_a_key_is_found_in_base64_at_any_alignment(
    key: str, before: str, after: str, encode: Callable[[bytes], bytes]
) -> None:
    shown = Redactor([Secret(key)])(encode(f"{before}{key}{after}".encode()).decode())
    assert PLACEHOLDER in shown
    assert len(shown.replace(PLACEHOLDER, "")) <= 4 * ((len(before.encode()) + len(after.encode())) // 3 + 3)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("abc%\\u0041æ&;#x<>\"' \n"), max_size=40), st.lists(ONE, max_size=2))
def test_a_text_without_a_key_stays_as_it_is(text: str, writings: list[str]) -> None:
    shown = reduce(lambda shown, name: WRITINGS[name](shown), writings, text)
    assert Redactor([Secret("K+9/zz=Q&"), Secret("ZZæZZ")])(shown) == shown


@settings(max_examples=100, deadline=None)
@given(KEYS, MANY, st.lists(st.integers(0, 30), max_size=6))
def test_a_key_is_found_in_a_stream_however_it_is_written_and_cut(
    key: str, writings: list[str], sizes: list[int]
) -> None:
    written = reduce(lambda text, name: WRITINGS[name](text), writings, key)
    rest = f"one {written} two {written} three".encode()
    pieces = []
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    assert b"".join(Redactor([Secret(key)]).stream([*pieces, rest])) == b"one (key) two (key) three"


def test_a_key_that_ends_with_a_backslash_is_found() -> None:
    assert Redactor([Secret("0000<\\")])("as 0000<\\ is, 0000&lt;\\ too") == "as (key) is, (key)\\ too"


def test_ten_thousand_keys_are_found_as_one_is() -> None:
    keys = [f"{number:05}/+=æ&{number}" for number in range(10_000)]
    redact = Redactor(map(Secret, keys))
    text = " ".join(quote(key) for key in keys[:50]) + json.dumps(keys[50:100]) + html.escape(keys[-1])
    assert redact(text).count(PLACEHOLDER) == 101
