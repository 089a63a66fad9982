from __future__ import annotations

import stat
from pathlib import Path

import pytest

from pbxsync.errors import UsageError
from pbxsync.export.export_file import is_ours, marked, write_export

LOST = r"^a.yaml {}: export to another folder with --out, or overwrite it with --force$"


def test_a_new_file_is_for_its_owner_alone(here: Path) -> None:
    assert write_export(Path("a.yaml"), "tenant: Æ\n")
    assert stat.S_IMODE((here / "a.yaml").stat().st_mode) == 0o600
    assert (here / "a.yaml").read_text() == marked("tenant: Æ\n")
    assert marked("tenant: Æ\n").startswith("# Exported by pbxsync. ")


def test_the_same_again_leaves_the_file_alone(here: Path) -> None:
    write_export(Path("a.yaml"), "x\n")
    before = (here / "a.yaml").stat().st_ino
    assert not write_export(Path("a.yaml"), "x\n")
    assert (here / "a.yaml").stat().st_ino == before


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_export_wrote_may_be_replaced(here: Path, end: str) -> None:
    (here / "a.yaml").write_bytes(marked("x\ny\n").replace("\n", end).encode())
    assert write_export(Path("a.yaml"), "z\n")
    assert (here / "a.yaml").read_text() == marked("z\n")


OURS = marked("x\n")


OTHER, CHANGED = "is not an export", "was changed after export wrote it"


@pytest.mark.parametrize(
    ("present", "state"),
    [
        ("", OTHER), ("tenant: A\n", OTHER), (f" {OURS}", OTHER), (OURS[1:], OTHER),
        (f"{OURS}y\n", CHANGED), (f"{OURS[:-2]}y\n", CHANGED),
    ],
)  # fmt: skip
def test_what_somebody_wrote_is_replaced_by_force_alone(here: Path, present: str, state: str) -> None:
    (here / "a.yaml").write_text(present)
    assert not is_ours(present.encode())
    with pytest.raises(UsageError, match=LOST.format(state)):
        write_export(Path("a.yaml"), "z\n")
    assert (here / "a.yaml").read_text() == present
    assert write_export(Path("a.yaml"), "z\n", force=True)
    assert (here / "a.yaml").read_text() == marked("z\n")


def test_a_planted_link_is_never_followed(here: Path) -> None:
    (here / "target").write_text(marked("x\n"))
    (here / "a.yaml").symlink_to("target")
    for force in (False, True):
        with pytest.raises(UsageError, match=r"^a.yaml cannot be written: it is a symbolic link"):
            write_export(Path("a.yaml"), "z\n", force=force)
    assert (here / "target").read_text() == marked("x\n")


def test_what_cannot_be_written_is_said(here: Path) -> None:
    with pytest.raises(UsageError, match=r"^no/a.yaml cannot be written: its folder does not exist: create it first$"):
        write_export(Path("no/a.yaml"), "z\n")
    (here / "a.yaml").mkdir()
    with pytest.raises(UsageError, match=r"^a.yaml is not a regular file: name another file$"):
        write_export(Path("a.yaml"), "z\n", force=True)
