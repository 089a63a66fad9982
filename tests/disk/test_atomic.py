from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from pbxsync.disk import atomic

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_replaced_whole_and_is_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("old")
    file.chmod(0o644)
    atomic.write(file, b"new")
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_after_an_error_the_old_file_is_there_and_nothing_else(tmp_path: Path, error: type[BaseException]) -> None:
    file = tmp_path / "a"
    file.write_text("old")

    def write_half() -> None:
        with atomic.replacing(file) as new:
            new.write(b"half")
            raise error

    with pytest.raises(error):
        write_half()
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_is_refused_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    reasons = {
        "none/a": "its folder does not exist: create it first",
        "link": "it is a symbolic link, which pbxsync never follows: remove it, or name another file",
        "folder": "it is a folder",
        "pipe": "it is not a regular file",
    }
    for name, reason in reasons.items():
        for use in (atomic.check, lambda path: atomic.write(path, b"x")):
            with pytest.raises(OSError) as refused:  # noqa: PT011 - its reason is compared below
                use(tmp_path / name)
            assert atomic.reason(refused.value) == reason
    assert not (tmp_path / "target").exists()
