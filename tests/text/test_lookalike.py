"""Names that nobody can tell apart have one key, and names that differ for people have two."""

from __future__ import annotations

import html
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxsync.text.lookalike import look_alike_key

NAMES = st.text(st.characters(codec="utf-8"), max_size=20)
#: Without what an escape begins with, which a name may hold by itself.
PLAIN = NAMES.filter(lambda name: not set(name) & set("&\\"))

SAME = {
    "case": ("Front Desk", "FRONT DESK"),
    "folded case": ("Straße", "STRASSE"),
    "a blank of another kind": ("Front desk", "Front\u00a0desk"),
    "a run of blanks": ("Tel 2", "Tel  2"),
    "a tab": ("Tel 2", "Tel\t2"),
    "blanks around it": ("Tel 2", " Tel 2\u3000"),
    "nothing in between": ("Nightduty", "Night\u200bduty"),
    "a filler": ("Tel 2", "Tel\u3164 2"),
    "a blank that is a symbol": ("Tel 2", "Tel\u28002"),
    "wide digits": ("Vagt1", "Vagt\uff11"),
    "ligatures": ("Office", "O\ufb03ce"),
    "decomposed": ("Caf\u00e9", "Cafe\u0301"),
    "decomposed, other case": ("CAF\u00c9", "cafe\u0301"),
    "joined across nothing": ("Caf\u00e9", "Cafe\u034f\u0301"),
    "an entity": ("Hansen & Søn", "Hansen &amp; S&oslash;n"),
    "a numbered entity": ("It's", "It&#039;s"),
    "an entity twice": ("Salg & Support", "Salg &amp;amp; Support"),
    "a blank as an entity": ("Front desk", "Front&nbsp;desk"),
    "an escaped quote": ("O'Brien", "O\\'Brien"),
    "an escaped quote, twice": ("O'Brien", "O\\\\\\'Brien"),
    "JSON": ("Søn 😀", "S\\u00f8n \\ud83d\\ude00"),
    "half of a pair in JSON": ("Tel \ufffd", "Tel \\ud83d"),
    "a byte": ("Søn", "S\\xf8n"),
}
DIFFERENT = [
    ("Front desk", "Frontdesk"),
    ("Tel 1", "Tel 2"),
    ("Søn", "Son"),
    ("Caf\u00e9", "Cafe"),
    ("a", "\u0430"),
    ("", "x"),
]


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_the_same(one: str, other: str) -> None:
    assert look_alike_key(one) == look_alike_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different(one: str, other: str) -> None:
    assert look_alike_key(one) != look_alike_key(other)


@given(NAMES)
def test_the_key_of_a_key_is_itself(name: str) -> None:
    key = look_alike_key(name)
    assert look_alike_key(key.replace("&", "").replace("\\", "")) == look_alike_key(name) or "&" in key or "\\" in key


@given(PLAIN)
def test_what_servers_do_to_names_leaves_the_key(name: str) -> None:
    key = look_alike_key(name)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert look_alike_key(unicodedata.normalize(form, name)) == key
    assert look_alike_key(html.escape(name)) == key
    assert look_alike_key(html.escape(html.escape(name))) == key
    assert look_alike_key(json.dumps(name)[1:-1]) == key
    assert look_alike_key(name.replace("'", "\\'").replace('"', '\\"')) == key
    assert look_alike_key(f" {name}\u00a0".replace(" ", "  ")) == key
