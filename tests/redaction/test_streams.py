"""A key is removed from a stream of bytes even if two pieces share it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.model.entry import Secret
from pbxsync.redaction.redactor import Redactor

if TYPE_CHECKING:
    from tests.support.workspace import Workspace

KEYS = ("NLbP7GFNVRqu9SDm", "NLbP7GFNVR", "+/=&æ%#key")
FILLING = st.one_of(
    st.binary(max_size=9),
    st.sampled_from([key.encode() for key in KEYS] + [quote(key, safe="").encode() for key in KEYS]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(FILLING, max_size=12), st.lists(st.integers(0, 60), max_size=8))
def test_a_stream_without_its_keys_is_the_same_however_it_is_cut(filling: list[bytes], sizes: list[int]) -> None:
    whole = b"".join(filling)
    redact = Redactor(map(Secret, KEYS))
    pieces, rest = [], whole
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    cut = b"".join(redact.stream([*pieces, rest]))
    assert cut == b"".join(redact.stream([whole]))
    assert not any(form in cut for key in KEYS for form in (key.encode(), quote(key, safe="").encode()))


@settings(max_examples=100, deadline=None)
@given(st.lists(FILLING, max_size=12))
def test_what_is_audio_keeps_its_length(filling: list[bytes]) -> None:
    whole = b"".join(filling)
    redacted = b"".join(Redactor(map(Secret, KEYS)).stream([whole], keep_length=True))
    assert len(redacted) == len(whole)
    assert not any(key.encode() in redacted for key in KEYS)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=50), max_size=6))
def test_what_holds_no_key_comes_through_to_the_byte(pieces: list[bytes]) -> None:
    assert b"".join(Redactor([Secret("NLbP7GFNVRqu9SDm")]).stream(pieces)) == b"".join(pieces)
    assert b"".join(Redactor().stream(pieces)) == b"".join(pieces)


def test_a_key_too_short_to_be_kept_out_of_what_is_shown_is_warned_of(workdir: Workspace) -> None:
    workdir.tenant("DEMO")
    with workdir.emulator(read_key="kæy", write_key="WRITE"):
        ran = workdir.run("plan")
    assert ran.status == 0
    assert ran.err == "warning: a key has fewer than 4 characters, too few to hide it in the output: use a longer key\n"
