"""Whatever a PBX, a plan file or a journal holds: read, or refused with the sentence that belongs to it."""

from __future__ import annotations

from tests.fuzz import replies


def test_no_input_raises_anything_but_what_its_reader_is_documented_to_raise() -> None:
    took, failed, slowest = replies.run(800)
    assert not failed, failed[0]
    assert slowest < replies.SLOWEST
    # Were nothing taken, nothing but the first look at an input would have been tried.
    assert all(took[name] for name in ("list", "get", "types", "add", "start", "plan", "journal")), took
