"""Files that hold live data are their owner's alone, whatever the umask, and are never reached through a planted link."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from pbxsync.cli import main
from tests.support.tenantfile import forward

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pbxsync.emulator import Emulator
    from tests.support.workdir import Workdir

#: Command lines that make a file with live data, and that file.
MAKING = {
    "plan": (("plan", "--out", "made"), "made"),
    "journal": (("apply", "--auto-approve", "--journal", "made"), "made"),
    "lock": (("apply", "--auto-approve", "--journal", "other"), ".pbxsync/lock"),
    "export": (("export", "DEMO", "--out", "made"), "made/DEMO.yaml"),
    "api": (("api", "MANAGEDB", "object=CUSTOM", "action=list", "tenant=DEMO", "--out", "made"), "made"),
    "annotations": (("plan", "--annotate", "gitlab"), "gl-code-quality-report.json"),
}
#: What git is to take, and what says that it is not to take the rest.
OPEN = {"DEMO.yaml", "pbxsync.yaml", ".gitignore"}


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def live(workdir: Workdir, pbx: Emulator) -> Emulator:
    pbx.put("DEMO", cu_id=10, cu_name="Boss phone", cu_param1="100")
    workdir.tenant("DEMO", forward("Boss phone", "200"))
    return pbx


def open_to_others(folder: Path) -> list[str]:
    """What below a folder others may read or write, but for what is no secret."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and path.name not in OPEN and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]


@pytest.mark.parametrize("kind", MAKING)
def test_what_a_command_makes_is_its_owners_alone(workdir: Workdir, live: Emulator, kind: str) -> None:
    words, made = MAKING[kind]
    assert live.rows("DEMO")
    ran = workdir.pbxsync(*words)
    assert ran.status == 0, ran
    assert stat.S_IMODE((workdir.path / made).stat().st_mode) == 0o600
    assert open_to_others(workdir.path) == []


@pytest.mark.parametrize("there", [True, False], ids=["of a file", "of nothing"])
@pytest.mark.parametrize("kind", MAKING)
def test_a_planted_link_is_not_followed(workdir: Workdir, live: Emulator, kind: str, there: bool) -> None:
    words, made = MAKING[kind]
    target = workdir.path / "target"
    if there:
        target.write_text("of somebody else")
    link = workdir.path / made
    link.parent.mkdir(mode=0o700, exist_ok=True)
    link.symlink_to(target)
    ran = workdir.pbxsync(*words)
    assert "symbolic link" in ran.err
    assert target.exists() == there
    assert not there or target.read_text() == "of somebody else"
    assert [request for request in live.log if request.committed] == []


def test_a_folder_for_live_data_that_is_a_link_is_not_followed(workdir: Workdir, live: Emulator) -> None:
    (workdir.path / "elsewhere").mkdir()
    (workdir.path / ".pbxsync").symlink_to("elsewhere")
    assert workdir.pbxsync("apply", "--auto-approve").status == 1
    assert list((workdir.path / "elsewhere").iterdir()) == []
    assert not any(request.committed for request in live.log)


def test_the_data_of_the_embedded_emulator_is_its_owners_alone_and_out_of_git(workdir: Workdir) -> None:
    workdir.tenant("DEMO", forward("Boss phone", "200"))
    workdir.set(PBXSYNC_URL="emulator:.pbxsync/pbx.db")
    assert workdir.pbxsync("plan").status == 0
    assert stat.S_IMODE((workdir.path / ".pbxsync").stat().st_mode) == 0o700
    assert (workdir.path / ".pbxsync/.gitignore").read_text() == "*\n"
    assert (workdir.path / ".pbxsync/pbx.db").exists()
    assert open_to_others(workdir.path) == []


@pytest.mark.parametrize("name", ["pbx.db", "pbx.db-wal", "pbx.db-shm"])
def test_the_embedded_emulator_follows_no_link(workdir: Workdir, name: str) -> None:
    workdir.tenant("DEMO", forward("Boss phone", "200"))
    workdir.set(PBXSYNC_URL="emulator:data/pbx.db")
    (workdir.path / "data").mkdir()
    (workdir.path / "data" / name).symlink_to(workdir.path / "target")
    ran = workdir.pbxsync("plan")
    assert ran.status == 1
    assert "symbolic link" in ran.err
    assert not (workdir.path / "target").exists()


def test_data_and_log_of_an_emulator_are_their_owners_alone(tmp_path: Path) -> None:
    from pbxsync.emulator import Emulator  # noqa: PLC0415 - beside the type of the same name

    with Emulator(tmp_path / "pbx.db", log_file=tmp_path / "log") as pbx:
        pbx.put("DEMO", cu_name="x")
        assert (tmp_path / "pbx.db-wal").exists()
        assert open_to_others(tmp_path) == []
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="symbolic links"):
        Emulator(tmp_path / "pbx.db", log_file=tmp_path / "link").start()
    assert not (tmp_path / "target").exists()


def test_a_report_of_a_crash_is_its_owners_alone(workdir: Workdir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(workdir.path))
    monkeypatch.setattr(main.Commands, "get_command", lambda *_: 1 // 0)
    assert main.run(["plan"]) == 1
    (report,) = workdir.path.glob("pbxsync-crash-*")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
