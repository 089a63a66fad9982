"""A key is removed from text however its special characters were escaped, and nothing else is."""

from __future__ import annotations

import base64
import html
import json
import threading
from functools import reduce
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pbxsync.model.entry import Secret
from pbxsync.redaction.forms import forms
from pbxsync.redaction.redactor import PLACEHOLDER, Redactor
from tests.redaction.writings import WRITINGS

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
@example("ab-cd_ef", ["html of all but letters and digits"], "")
@example("ab.cd-ef", ["url of all but letters and digits"], "")
@example("ab~cdef", ["url of php"], "")
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


def test_a_key_that_is_no_text_is_taken_out_too() -> None:
    redact = Redactor([Secret("key-\udcff-key")])
    assert redact("a key-\udcff-key and key-%ED%B3%BF-key") == "a (key) and (key)"


def test_a_key_that_is_learnt_later_is_taken_out_from_then_on() -> None:
    redact = Redactor([Secret("first/key")])
    assert redact("second/key") == "second/key"
    assert not redact.finds("second/key")
    redact.learn(Secret("second/key"))
    redact.learn(Secret("first/key"))
    assert redact("first%2Fkey second/key") == "(key) (key)"
    assert redact.finds("a second%2fkey")
    assert not Redactor().finds("first/key")


class Slow(str):
    """A key that takes long to prepare for being looked for: meanwhile another thread begins and gets as far as it may."""

    __slots__ = ("other",)
    other: threading.Thread

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        if self.other.ident is None:
            self.other.start()
            self.other.join(0.2)
        return super().encode(encoding, errors)


def test_a_key_is_found_that_another_thread_learns_while_somebody_looks() -> None:
    slow = Slow("first-key")
    redact = Redactor([Secret(slow)])
    slow.other = threading.Thread(target=redact.learn, args=(Secret("second-key"),))
    assert redact("first-key") == PLACEHOLDER
    slow.other.join()
    assert redact("first-key second-key") == f"{PLACEHOLDER} {PLACEHOLDER}"


@pytest.mark.parametrize("keys", [["abcd"], ["ab/d"], ["abcd", *(f"{number:04}" for number in range(100))]])
def test_what_stands_around_keys_is_left(keys: list[str]) -> None:
    redact, key = Redactor(map(Secret, keys)), keys[0]
    assert redact(f"{key}, {key}{key}e%41 {key}") == "(key), (key)(key)e%41 (key)"
    assert redact(f"x{key[:3]}") == f"x{key[:3]}"
    assert Redactor([Secret(key[:3])])(key) == key


def test_of_keys_that_begin_alike_the_longer_one_is_taken_out() -> None:
    keys = [f"{number:04}{tail}" for number in range(100) for tail in ("", "tail")]
    for many in (keys, keys[:4]):
        assert Redactor(map(Secret, many))("is 0001tail, 0001tai, 00010000tail") == "is (key), (key)tai, (key)(key)"


@pytest.mark.parametrize("name", WRITINGS)
def test_a_key_that_comes_byte_by_byte_is_found(name: str) -> None:
    text = f"one {WRITINGS[name]('W+r/t=e%2B#&k')} two".encode()
    redact = Redactor([Secret("W+r/t=e%2B#&k")])
    assert b"".join(redact.stream(text[at : at + 1] for at in range(len(text)))) == b"one (key) two"


def test_a_key_of_special_characters_that_is_escaped_twice_is_found_byte_by_byte() -> None:
    key = "+/=&%#!?" * 5
    text = f"one {''.join(f'&amp;#{ord(each)};' for each in key)} two".encode()
    redact = Redactor([Secret(key)])
    assert b"".join(redact.stream(text[at : at + 1] for at in range(len(text)))) == b"one (key) two"


def test_asterisks_keep_the_length_of_a_stream() -> None:
    redact = Redactor([Secret("W+r/t")])
    pieces = (b"RIFF W+", b"r/t", b" and W%2Br/t.")
    assert b"".join(redact.stream(pieces, keep_length=True)) == b"RIFF ***** and *******."
    assert b"".join(redact.stream([b"RI", b"FF" * 200], keep_length=True)) == b"RI" + b"FF" * 200


def test_ten_thousand_keys_are_found_as_one_is() -> None:
    keys = [f"{number:05}/+=æ&{number}" for number in range(10_000)]
    redact = Redactor(map(Secret, keys))
    text = " ".join(quote(key) for key in keys[:50]) + json.dumps(keys[50:100]) + html.escape(keys[-1])
    assert redact(text).count(PLACEHOLDER) == 101


def certain(raw: bytes, lead: int) -> str:
    """What base64 shows of some bytes whatever stands before and behind them: here as little as two ways have in common."""
    ways = (base64.b64encode(edge * lead + raw + edge * 3).decode() for edge in (b"\0", b"\xff"))
    return "".join(one for one, other in zip(*ways, strict=True) if one == other != "=")


@pytest.mark.parametrize("key", ["abcd", "abcde", "keysX", "k?/>~>ey?>?", "one two/three?", "nøgleĀ\U0001f600"])
def test_all_that_is_certain_of_a_key_in_base64_is_looked_for_and_nothing_that_may_be_a_word(key: str) -> None:
    raws = (key.encode(), quote(key, safe="").encode())
    found = {form for raw in raws for lead in range(3) if len(form := certain(raw, lead)) >= 6}
    safe = {form.replace("+", "-").replace("/", "_") for form in found}
    narrow = key.replace("Ā", "Ā".encode().decode("latin-1")).replace(
        "\U0001f600", "\U0001f600".encode().decode("latin-1")
    )
    others = (
        {key.lower().encode().decode("latin-1"), key.upper().encode().decode("latin-1")} if len(key) >= 8 else set()
    )
    hexadecimal = {key.encode().hex(), key.encode().hex().upper()}
    assert forms(key) == {key.encode().decode("latin-1"), narrow} | others | found | safe | hexadecimal


@pytest.mark.parametrize("key", ["NLbP7GFN", "Key+/=æ9"])
def test_a_key_is_found_in_hexadecimal_and_in_other_letters(key: str) -> None:
    redact = Redactor([Secret(key)])
    for written in (key.encode().hex(), key.encode().hex().upper(), key.lower(), key.upper(), quote(key.lower())):
        assert redact(f"of {written}.") == f"of {PLACEHOLDER}."


def test_a_short_key_in_other_letters_is_too_easily_a_word() -> None:
    assert Redactor([Secret("SORRYno")])("sorryno") == "sorryno"


def test_a_key_that_looks_escaped_is_looked_for_with_so_many_escapes_undone_as_in_a_text() -> None:
    texts = {form for form in forms("ab%2525252541") if form.startswith("ab%")}
    assert texts == {"ab%2525252541", "ab%25252541", "ab%252541", "ab%2541"}
    assert {"abcd\\", "abcd"} <= forms("abcd\\")
    assert not forms("abc")
