from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pbxsync.disk.read import LIMIT, Unreadable, display, read_bytes, read_option_file
from pbxsync.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_of_the_limit_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"x" * 2048)
    assert read_bytes(str(file), 2048) == b"x" * 2048
    with pytest.raises(Unreadable, match=r"^is larger than 1 KiB$"):
        read_bytes(str(file), 1024)
    os.truncate(file, LIMIT + 1)
    with pytest.raises(Unreadable, match=r"^is larger than 10 MiB$"):
        read_bytes(str(file))


def test_the_limit_holds_for_a_file_without_a_size() -> None:
    """Files of /proc report a size of 0."""
    with pytest.raises(Unreadable, match=r"^is larger than 0 KiB$"):
        read_bytes("/proc/self/environ", 1)
    assert read_bytes("/proc/self/stat").startswith(str(os.getpid()).encode())


def test_what_is_not_a_regular_file_is_refused_and_no_descriptor_stays_open(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - counts descriptors
    for path in (tmp_path, tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(Unreadable, match=r"^is not a regular file$"):
            read_bytes(str(path))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - as above


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing", "No such file or directory"), ("a\0b", "embedded null byte"), ("x" * 300, "File name too long")],
)
def test_the_reason_is_the_system_s(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=f"^cannot be read: {reason}$"):
        read_bytes(f"{tmp_path}/{name}")


def test_the_file_of_an_option_is_named_with_its_option(here: Path) -> None:
    file = here / "list.txt"
    file.write_bytes(b"\xef\xbb\xbfDEMO\n")
    assert read_option_file("--list", file) == "DEMO\n"
    file.write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"^--list list.txt is not UTF-8: save it as UTF-8$"):
        read_option_file("--list", file)
    with pytest.raises(UsageError, match=r"^--list none cannot be read: No such file or directory$"):
        read_option_file("--list", here / "none")


def test_a_path_is_displayed_relative_to_the_working_directory_if_it_is_below_it(here: Path) -> None:
    assert display(str(here / "a/../b.yaml")) == "b.yaml"
    assert display("./t//a.yaml") == "t/a.yaml"
    assert display("../x.yaml") == str(here.parent / "x.yaml")
    assert display("a\x1b[1m\udcff") == "a\\u001b[1m\\xff"
