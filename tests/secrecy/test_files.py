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
    from tests.support.workspace import Workspace

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
def live(workdir: Workspace, pbx: Emulator) -> Emulator:
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
def test_what_a_command_makes_is_its_owners_alone(workdir: Workspace, live: Emulator, kind: str) -> None:
    words, made = MAKING[kind]
    assert live.rows("DEMO")
    ran = workdir.run(*words)
    assert ran.status == 0, ran
    assert stat.S_IMODE((workdir.folder / made).stat().st_mode) == 0o600
    assert open_to_others(workdir.folder) == []


@pytest.mark.parametrize("there", [True, False], ids=["of a file", "of nothing"])
@pytest.mark.parametrize("kind", MAKING)
def test_a_planted_link_is_not_followed(workdir: Workspace, live: Emulator, kind: str, there: bool) -> None:
    words, made = MAKING[kind]
    target = workdir.folder / "target"
    if there:
        target.write_text("of somebody else")
    link = workdir.folder / made
    link.parent.mkdir(mode=0o700, exist_ok=True)
    link.symlink_to(target)
    ran = workdir.run(*words)
    assert "symbolic link" in ran.err
    assert target.exists() == there
    assert not there or target.read_text() == "of somebody else"
    assert [request for request in live.log if request.committed] == []


def test_a_folder_for_live_data_that_is_a_link_is_not_followed(workdir: Workspace, live: Emulator) -> None:
    (workdir.folder / "elsewhere").mkdir()
    (workdir.folder / ".pbxsync").symlink_to("elsewhere")
    assert workdir.run("apply", "--auto-approve").status == 1
    assert list((workdir.folder / "elsewhere").iterdir()) == []
    assert not any(request.committed for request in live.log)


def test_the_data_of_the_embedded_emulator_is_its_owners_alone_and_out_of_git(workdir: Workspace) -> None:
    workdir.tenant("DEMO", forward("Boss phone", "200"))
    workdir.set(PBXSYNC_URL="emulator:.pbxsync/pbx.db")
    assert workdir.run("plan").status == 0
    assert stat.S_IMODE((workdir.folder / ".pbxsync").stat().st_mode) == 0o700
    assert (workdir.folder / ".pbxsync/.gitignore").read_text() == "*\n"
    assert (workdir.folder / ".pbxsync/pbx.db").exists()
    assert open_to_others(workdir.folder) == []


@pytest.mark.parametrize("name", ["pbx.db", "pbx.db-wal", "pbx.db-shm"])
def test_the_embedded_emulator_follows_no_link(workdir: Workspace, name: str) -> None:
    workdir.tenant("DEMO", forward("Boss phone", "200"))
    workdir.set(PBXSYNC_URL="emulator:data/pbx.db")
    (workdir.folder / "data").mkdir()
    (workdir.folder / "data" / name).symlink_to(workdir.folder / "target")
    ran = workdir.run("plan")
    assert ran.status == 1
    assert "symbolic link" in ran.err
    assert not (workdir.folder / "target").exists()


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


def test_a_report_of_a_crash_is_its_owners_alone(workdir: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(workdir.folder))
    monkeypatch.setattr(main.Commands, "get_command", lambda *_: 1 // 0)
    assert main.run(["plan"]) == 1
    (report,) = workdir.folder.glob("pbxsync-crash-*")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
