"""The files of a commit: names of every kind, and what is said if git cannot give a content."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pbxsync.errors import GitError
from pbxsync.git.repository import Repository
from tests.git import fake
from tests.support.repo import Repo

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def test_names_of_every_kind_are_read(repo: Repo) -> None:
    names = ["a\tb.yaml", "a\nb.yaml", " a  b.yaml", "ø.yaml", os.fsdecode(b"\xff.yaml"), "-", "folder/a b"]
    (repo.path / "folder").mkdir()
    for name in names:
        (repo.path / name).write_text(repr(name))
    with Repository.of(repo.path).tree(repo.commit()) as tree:
        assert {path: tree.read(path) for path in tree.files} == {name: repr(name).encode() for name in names}


def test_a_content_that_a_clone_lacks_is_reported_with_its_path_and_commit(repo: Repo) -> None:
    (repo.path / "a.yaml").write_text("1")
    (repo.path / "b.yaml").write_text("2")
    commit = repo.commit()
    blob = repo.git("rev-parse", "HEAD:a.yaml")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with Repository.of(repo.path).tree(commit) as tree:
        with pytest.raises(GitError) as error:
            tree.read("a.yaml")
        assert str(error.value) == f"git has no content for a.yaml of {commit[:12]}: the clone is partial or damaged"
        assert tree.read("b.yaml") == b"2"


def test_a_content_that_ends_early_is_not_used(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo.path / "a.yaml").write_text("1")
    commit = repo.commit()
    cut = 'read -r id; echo "$id blob 9"; printf 12345678; exit'
    fake.install(tmp_path, monkeypatch, f'case "$*" in *--batch) {cut};; *) real "$@";; esac')
    with (
        Repository.of(repo.path).tree(commit) as tree,
        pytest.raises(GitError, match=r"^git cat-file ended early$"),
    ):
        tree.read("a.yaml")


def test_a_git_that_ends_between_two_files_is_reported(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo.path / "a.yaml").write_text("1")
    commit = repo.commit()
    once = 'read -r id; exec 0<&-; echo "$id blob 1"; echo 1; sleep 0.1; exit'
    fake.install(tmp_path, monkeypatch, f'case "$*" in *--batch) {once};; *) real "$@";; esac')
    with Repository.of(repo.path).tree(commit) as tree:
        assert tree.read("a.yaml") == b"1"
        with pytest.raises(GitError, match=r"^git cat-file ended early: Broken pipe$"):
            tree.read("a.yaml")
