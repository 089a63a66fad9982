from __future__ import annotations

import gc
import marshal
import resource
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.tenants.spool import IN_MEMORY, Spool

if TYPE_CHECKING:
    import pytest

    from pbxsync.tenants.spool import Row

PART = IN_MEMORY // 4


def rows(size: int, line: int = 0) -> list[Row]:
    """Return a row that takes `size` bytes when it is packed."""

    def named(name: str) -> list[Row]:
        return [(line, 0, None, name, None, None, False, (), 0, None)]

    return named("x" * (size - len(marshal.dumps(named("x" * 1000))) + 1000))


def parts() -> list[list[Row]]:
    return [rows(PART + number, number) for number in range(20)]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_is_stored_comes_back_to_every_thread() -> None:
    spool = Spool()
    slots = [spool.put(part) for part in parts()]
    assert {type(slot) for slot in slots} == {bytes, tuple}
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(spool.get, slots)) == parts()


def test_little_needs_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    spool = Spool()
    assert spool.get(spool.put(rows(IN_MEMORY))) == rows(IN_MEMORY)


def test_everything_stays_in_memory_if_no_file_can_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    spool = Spool()
    assert [spool.get(spool.put(part)) for part in parts()] == parts()


def test_what_does_not_fit_on_the_disk_stays_in_memory() -> None:
    """A limit on the size of files fails a write like a full disk does."""
    spool = Spool()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (PART * 3, before[1]))
    try:
        slots = [spool.put(part) for part in parts()]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [type(slot) for slot in slots[-10:]] == [bytes] * 10
    assert [spool.get(slot) for slot in slots] == parts()


def test_the_file_has_no_name_and_goes_with_the_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = descriptors()
    spool = Spool()
    slots = [spool.put(part) for part in parts()]
    assert list(tmp_path.iterdir()) == []
    assert descriptors() == before + 1
    assert spool.get(slots[-1]) == parts()[-1]
    del spool
    gc.collect()
    assert descriptors() == before
