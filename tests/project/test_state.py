"""Where the lock and the journals of a project are kept, and what a checkout that cannot be written needs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pbxsync.errors import UsageError
from pbxsync.project.state import state_folder
from tests.support.command import COMMAND

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.workspace import Workspace


def test_it_is_beside_the_project_file_unless_the_environment_names_another(tmp_path: Path) -> None:
    assert state_folder(tmp_path, {}) == tmp_path / ".pbxsync"
    assert state_folder(tmp_path, {"PBXSYNC_STATE_DIR": str(tmp_path / "state")}) == tmp_path / "state"
    with pytest.raises(UsageError, match="PBXSYNC_STATE_DIR is empty: name a folder, or unset it"):
        state_folder(tmp_path, {"PBXSYNC_STATE_DIR": ""})


def test_lock_and_journals_go_where_the_environment_says(workspace: Workspace) -> None:
    state = workspace.folder / "state"
    workspace.set(PBXSYNC_STATE_DIR=str(state))
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    assert workspace.apply().status == 0
    assert sorted(path.name for path in state.iterdir()) == [".gitignore", "journal", "lock"]
    assert state.stat().st_mode & 0o777 == 0o700
    assert not (workspace.folder / ".pbxsync").exists()
    (journal,) = (state / "journal").iterdir()
    assert workspace.run("revert", "--auto-approve", journal).status == 0


def _read_only(workspace: Workspace, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a checkout that this process alone sees as read-only."""
    checkout = workspace.folder / "checkout"
    script = f'mount --bind {checkout} {checkout} && mount -o remount,ro,bind {checkout} && cd {checkout} && exec "$@"'
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", str(COMMAND), *words],
        env=workspace.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(
    subprocess.run(
        ["unshare", "-rm", "mount", "--bind", "/tmp", "/tmp"],  # noqa: S108 - any folder would do
        capture_output=True,
        check=False,
    ).returncode
    != 0,
    reason="needs a kernel that lets this user make a mount namespace",
)
def test_a_read_only_checkout_is_called_so_and_the_way_on_is_named(workspace: Workspace) -> None:
    workspace.write(
        "checkout/tenants/demo.yaml", "tenant: DEMO\ndestinations:\n  - {name: Night, type: FORWARD, params: [1]}\n"
    )
    ran = _read_only(workspace, "apply", "--auto-approve")
    lock = workspace.folder / "checkout/.pbxsync/lock"
    assert ran.stderr == (
        f"error: {lock} cannot be opened (the file system is read-only), and without this lock two applies could run at"
        " once: nothing was written. To keep the lock elsewhere, set PBXSYNC_STATE_DIR to a folder\n"
    )
    assert not workspace.asked
    ran = _read_only(workspace, "plan", "--out", "change.plan")
    assert ran.returncode == 1
    assert "the file system is read-only" in ran.stderr
    workspace.set(PBXSYNC_STATE_DIR=str(workspace.folder / "state"))
    assert _read_only(workspace, "apply", "--auto-approve").returncode == 0
    assert len(workspace.commits) == 1


@pytest.mark.parametrize("words", [["apply", "--auto-approve"], ["revert", "--auto-approve", "x.jsonl"]])
def test_a_system_without_file_locks_gets_a_sentence(workspace: Workspace, words: list[str]) -> None:
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    workspace.write("x.jsonl", f'{{"kind": "run", "journal": "1.1", "url": "{workspace.pbx.url}"}}\n')
    program = "import sys; sys.modules['fcntl'] = None; from pbxsync.cli.main import run; sys.exit(run(sys.argv[1:]))"
    ended = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=workspace.folder,
        env=workspace.environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "this system has no file locks: run pbxsync on Linux or macOS, or in WSL" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert not workspace.asked
