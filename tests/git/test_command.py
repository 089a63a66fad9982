"""What git is given, and what is said if it fails."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pbxsync.errors import GitError
from pbxsync.git import command
from pbxsync.git.repository import Repository
from pbxsync.git.tree import Tree
from tests.git import fake
from tests.support.repo import Repo

if TYPE_CHECKING:
    from pathlib import Path


def environment(file: Path) -> dict[str, str]:
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line.partition("=")[0] not in {"PWD", "_", "SHLVL", "OLDPWD"})


def failure(folder: Path) -> str:
    with pytest.raises(GitError) as error:
        command.git(folder, "rev-parse", "HEAD")
    return str(error.value)


def test_git_sees_little_of_our_environment_whether_it_stays_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repo(tmp_path / "repo")
    (repo.path / "a.yaml").write_text("1")
    commit = repo.commit()
    for name in list(os.environ):
        if name.startswith("GIT_") or name not in {"PATH", "HOME"}:
            monkeypatch.delenv(name)
    fake.install(tmp_path, monkeypatch, f'for last; do :; done; env > "{tmp_path}/${{last#--}}"; real "$@"')
    for name in ("PBXSYNC_WRITE_KEY", "LANG", "LC_ALL", "USER", "GIT_CEILING_DIRECTORIES", "GIT_TERMINAL_PROMPT"):
        monkeypatch.setenv(name, "x")
    command.git(repo.path, "rev-parse", "--show-toplevel")
    with Tree(repo.path, commit) as tree:
        assert tree.read("a.yaml") == b"1"
    seen = environment(tmp_path / "show-toplevel")
    assert seen == {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "USER": "x",
        "GIT_CEILING_DIRECTORIES": "x",
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
    assert environment(tmp_path / "batch") == seen


def test_git_does_not_read_what_somebody_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake.install(tmp_path, monkeypatch, "if read -r line; then echo read; fi")
    typed, ours = os.pipe()
    os.write(ours, b"yes\n")
    stdin = os.dup(0)
    try:
        os.dup2(typed, 0)
        assert command.git(tmp_path, "version") == b""
    finally:
        os.dup2(stdin, 0)
        for number in (typed, ours, stdin):
            os.close(number)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("printf '\\nfatal: caf\\351 is\\033 closed\\nhint: go\\n' >&2; exit 3", "caf\\ufffd is\\u001b closed"),
        ("echo 'error: bad' >&2; exit 3", "error: bad"),
        ("echo >&2; exit 3", "exit status 3"),
        ("exit 3", "exit status 3"),
    ],
)
def test_a_failure_is_reported_with_the_reason_that_git_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    fake.install(tmp_path, monkeypatch, script)
    assert failure(tmp_path) == f"git rev-parse failed: {reason}"


def test_a_git_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_TIMEOUT", 0.6)
    fake.install(tmp_path, monkeypatch, "exec sleep 30")
    assert failure(tmp_path) == "git rev-parse did not finish within 1 seconds"


def test_without_a_git_that_runs_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = Repo(tmp_path / "repo")
    (repo.path / "a.yaml").write_text("1")
    tree = Repository.of(repo.path).tree(repo.commit())
    fake.install(tmp_path, monkeypatch, "")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin/git").chmod(0o644)
    assert failure(tmp_path) == "git cannot be run: Permission denied"
    with tree, pytest.raises(GitError, match=r"^git cannot be run: Permission denied$"):
        tree.read("a.yaml")
    (tmp_path / "bin/git").unlink()
    assert failure(tmp_path) == "git is not installed, or not in PATH"


def test_what_a_git_says_that_stays_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    repo = Repo(tmp_path / "repo")
    (repo.path / "a.yaml").write_text("1")
    commit = repo.commit()
    fake.install(tmp_path, monkeypatch, 'echo noise >&2; real "$@"')
    with Tree(repo.path, commit) as tree:
        assert tree.read("a.yaml") == b"1"
    assert capfd.readouterr() == ("", "")
