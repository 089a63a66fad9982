"""A saved plan is written whole or not at all, and only its owner can read it."""

from __future__ import annotations

import os
import stat
import tracemalloc
from pathlib import Path
from typing import IO

import pytest

from pbxsync import planfile
from pbxsync.errors import PlanError, PlanFileError
from pbxsync.planfile import disk
from tests.render import samples


def test_a_saved_plan_is_loaded_as_it_was_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "plan.out"
    path.write_text("old")
    path.chmod(0o644)
    old_mask = os.umask(0)
    try:
        planfile.save(samples.FULL, path, verbose=True)
    finally:
        os.umask(old_mask)
    assert planfile.load(path) == samples.FULL
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.out"]


def test_an_incomplete_plan_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"incomplete \(13 of 14 tenants failed\).*--tenant"):
        planfile.save(samples.BROKEN, tmp_path / "plan.out")
    assert not list(tmp_path.iterdir())


def test_a_planted_symlink_is_refused_and_its_target_untouched(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "plan.out"
    target.write_text("mine")
    link.symlink_to(target)
    with pytest.raises(PlanFileError, match="symbolic link"):
        planfile.save(samples.FULL, link)
    assert target.read_text() == "mine"
    link.unlink()
    link.symlink_to(tmp_path / "nowhere")
    with pytest.raises(PlanFileError, match="symbolic link"):
        planfile.save(samples.FULL, link)
    assert not (tmp_path / "nowhere").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError, match=r"not saved as .*/no/plan: its folder does not exist"):
        planfile.save(samples.FULL, tmp_path / "no" / "plan")
    with pytest.raises(PlanFileError, match="it is a folder"):
        planfile.save(samples.FULL, tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(PlanFileError, match="not a regular file"):
        planfile.save(samples.FULL, tmp_path / "pipe")
    with pytest.raises(PlanFileError, match="the name is too long"):
        planfile.save(samples.FULL, tmp_path / ("x" * 300))


@pytest.mark.skipif(not os.access("/dev/full", os.W_OK), reason="needs /dev/full")
def test_a_full_disk_leaves_the_old_file_and_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "plan.out"
    path.write_text("old")

    def full(handle: int, _mode: str) -> IO[bytes]:
        os.close(handle)
        return Path("/dev/full").open("wb")

    monkeypatch.setattr("os.fdopen", full)
    with pytest.raises(PlanFileError, match="the disk is full"):
        planfile.save(samples.FULL, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.out"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlanFileError, match=r"/none cannot be read: there is no such file"):
        planfile.load(tmp_path / "none")
    with pytest.raises(PlanFileError, match="it is a folder"):
        planfile.load(tmp_path)


def test_a_plan_over_the_size_limit_is_neither_saved_nor_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "plan.out"
    planfile.save(samples.FULL, path)
    monkeypatch.setattr(disk, "LIMIT", 1000)
    with pytest.raises(PlanFileError, match="larger than"):
        planfile.load(path)
    with pytest.raises(PlanError, match="split it with --tenant or --shard"):
        planfile.save(samples.FULL, path)


def test_a_file_far_over_the_limit_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.truncate(2**40)
    monkeypatch.setattr(disk, "LIMIT", 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(PlanFileError, match="larger than 1 MiB"):
            planfile.load(path)
        assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    finally:
        tracemalloc.stop()
