from __future__ import annotations

import os
import resource
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from pbxsync.disk.linefile import LineFile, folder_for, is_there, own_folder

if TYPE_CHECKING:
    from pathlib import Path


def test_lines_of_many_threads_arrive_whole(tmp_path: Path) -> None:
    file = LineFile(tmp_path / "a")
    lines = [str(number).encode() * 100 for number in range(50)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(file.append, lines))
    file.close()
    assert sorted((tmp_path / "a").read_bytes().splitlines()) == sorted(lines)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_one_process_at_a_time_writes_it(tmp_path: Path) -> None:
    file = LineFile(tmp_path / "a")
    with pytest.raises(OSError, match="another process is writing it"):
        LineFile(tmp_path / "a")
    file.close()
    LineFile(tmp_path / "a").close()


def test_reading_only_changes_nothing_and_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        LineFile(tmp_path / "a", read_only=True)
    (tmp_path / "a").write_text("one\ntwo")
    (tmp_path / "a").chmod(0o640)
    file = LineFile(tmp_path / "a", read_only=True)
    assert file.first_line() == b"one\n"
    file.close()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("content", "kept"),
    [("", ""), ("a\n", "a\n"), ("a\nb", "a\n"), ("b", ""), ("a\n" + "b" * 200_000, "a\n"), ("a" * 70_000 + "\n", None)],
)
def test_an_unfinished_line_is_removed(tmp_path: Path, content: str, kept: str | None) -> None:
    (tmp_path / "a").write_text(content)
    file = LineFile(tmp_path / "a")
    file.drop_unfinished()
    file.append(b"next")
    file.close()
    assert (tmp_path / "a").read_text() == (content if kept is None else kept) + "next\n"


def test_after_a_full_disk_no_half_line_is_left_and_nothing_more_is_written(tmp_path: Path) -> None:
    """A limit on the size of files fails a write like a full disk does."""
    file = LineFile(tmp_path / "a")
    file.append(b"one")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(OSError, match="file too large"):
            file.append(b"x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert file.broken == "file too large"
    with pytest.raises(OSError, match="file too large"):
        file.append(b"two")
    file.close()
    assert (tmp_path / "a").read_text() == "one\n"


def test_only_a_regular_file_is_opened_and_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        LineFile(tmp_path / "link")
    with pytest.raises(OSError, match="it is not a regular file"):
        LineFile(tmp_path / "pipe")
    assert not (tmp_path / "target").exists()


def test_whether_a_file_is_there_or_can_be_created(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert is_there(tmp_path / "a")
    assert not is_there(tmp_path / "b")
    with pytest.raises(OSError, match="its folder does not exist: create it first"):
        is_there(tmp_path / "none/b")


def test_an_own_folder_is_for_its_owner_only_and_ignored_by_git(tmp_path: Path) -> None:
    folder = folder_for(tmp_path / "project/.pbxsync/journal/a.jsonl")
    assert folder == tmp_path / "project/.pbxsync/journal"
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)} == {0o700}
    assert (folder.parent / ".gitignore").read_text() == "*\n"
    assert folder_for(tmp_path / "logs/a.jsonl") == tmp_path / "logs"
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/.pbxsync").symlink_to("../elsewhere")
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        own_folder(tmp_path / "other", ".pbxsync", "journal")
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory"):
        own_folder(tmp_path, "file")
