from __future__ import annotations

import gc
import resource
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.tenants.spool import IN_MEMORY, Spool

if TYPE_CHECKING:
    import pytest

PART = IN_MEMORY // 4


def parts() -> list[bytes]:
    return [bytes([number]) * (PART + number) for number in range(20)]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_is_put_away_comes_back_to_every_thread() -> None:
    shelf = Spool()
    slots = [shelf.put(part) for part in parts()]
    assert {type(slot) for slot in slots} == {bytes, tuple}
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(shelf.get, slots)) == parts()


def test_little_needs_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    shelf = Spool()
    assert shelf.get(shelf.put(b"x" * IN_MEMORY)) == b"x" * IN_MEMORY


def test_where_no_file_can_be_everything_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    shelf = Spool()
    assert [shelf.get(shelf.put(part)) for part in parts()] == parts()


def test_what_a_full_disk_does_not_take_stays_in_memory() -> None:
    """A limit on the size of files is to a write what a full disk is."""
    shelf = Spool()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (PART * 3, before[1]))
    try:
        slots = [shelf.put(part) for part in parts()]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [type(slot) for slot in slots[-10:]] == [bytes] * 10
    assert [shelf.get(slot) for slot in slots] == parts()


def test_the_file_has_no_name_and_goes_with_the_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = descriptors()
    shelf = Spool()
    slots = [shelf.put(part) for part in parts()]
    assert list(tmp_path.iterdir()) == []
    assert descriptors() == before + 1
    assert shelf.get(slots[-1]) == parts()[-1]
    del shelf
    gc.collect()
    assert descriptors() == before
