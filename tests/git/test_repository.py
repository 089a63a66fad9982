"""Real repositories: names of commits, where histories parted, what is not committed; each failure says what to do."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pbxsync.errors import GitError
from pbxsync.git.repository import Repository
from tests.git import fake
from tests.support.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return Repo(tmp_path / "repo")


def commit_files(repo: Repo, **files: str) -> str:
    for name, text in files.items():
        (repo.path / f"{name}.yaml").write_text(text)
    return repo.commit()


def test_a_commit_is_found_by_any_of_its_names(repo: Repo) -> None:
    first = commit_files(repo, a="1")
    repo.git("tag", "-a", "v1", "-m", "v1")
    found = Repository.of(repo.path)
    assert {found.commit(name) for name in ("HEAD", "main", "v1", first[:10])} == {first}
    assert (found.head, found.branch) == (first, "main")


@pytest.mark.parametrize(
    "ref", ["origin/main", "", "-h", "--all", "a b", "x\ny", "HEAD~9", "a..b", "main..main", "@{u}"]
)
def test_an_unknown_name_is_an_error_that_says_what_to_do(repo: Repo, ref: str) -> None:
    commit_files(repo, a="1")
    with pytest.raises(GitError) as error:
        Repository.of(repo.path).commit(ref)
    shown = json.dumps(ref)
    if ref in {"", "-h", "--all", "x\ny"}:
        assert str(error.value) == f"{shown} is not the name of a commit"
    else:
        assert str(error.value) == (
            f"there is no commit {shown} in this clone: fetch it first"
            " (`git fetch origin`; in GitHub Actions, actions/checkout with `fetch-depth: 0`)"
        )


def test_a_branch_and_main_parted_where_the_branch_began(repo: Repo) -> None:
    base = commit_files(repo, a="1")
    repo.git("checkout", "-q", "-b", "mine")
    mine = commit_files(repo, a="2")
    repo.git("checkout", "-q", "main")
    theirs = commit_files(repo, b="1")
    assert Repository.of(repo.path).merge_base(mine, theirs) == base


def test_histories_without_a_common_commit_and_with_several_are_refused(repo: Repo) -> None:
    first = commit_files(repo, a="1")
    repo.git("checkout", "-q", "--orphan", "other")
    other = commit_files(repo, b="1")
    with pytest.raises(GitError, match=r"^these commits have no history in common$"):
        Repository.of(repo.path).merge_base(first, other)
    repo.git("checkout", "-q", "main")
    left = commit_files(repo, c="1")
    repo.git("checkout", "-q", "-b", "right", first)
    right = commit_files(repo, d="1")
    repo.git("merge", "-q", "-m", "x", left)
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "-m", "x", right)
    message = "^these histories parted at several commits: merge the base into this branch first$"
    with pytest.raises(GitError, match=message):
        Repository.of(repo.path).merge_base("main", "right")


def test_a_shallow_clone_says_how_to_get_the_history(repo: Repo, tmp_path: Path) -> None:
    commit_files(repo, a="1")
    repo.git("checkout", "-q", "-b", "mine")
    commit_files(repo, a="2")
    repo.git("checkout", "-q", "main")
    commit_files(repo, b="2")
    clone = tmp_path / "clone"
    repo.git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{repo.path}", str(clone))
    shallow = Repository.of(clone)
    assert shallow.is_shallow
    with pytest.raises(GitError) as error:
        shallow.merge_base("origin/main", "origin/mine")
    assert str(error.value) == (
        "this clone is shallow and does not reach the commit at which the branch began: fetch the whole history"
        " (`git fetch --unshallow`; in GitHub Actions, actions/checkout with `fetch-depth: 0`; in GitLab,"
        ' `GIT_DEPTH: "0"`)'
    )


def test_a_folder_outside_a_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        Repository.of(tmp_path)


def test_a_repository_without_a_working_tree_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Repo(tmp_path).git("init", "-q", "--bare", "bare")
    with pytest.raises(GitError, match=r"^git rev-parse failed: this operation must be run in a work tree$"):
        Repository.of(tmp_path / "bare")
    fake.install(tmp_path, monkeypatch, "exit 0")  # as some versions of git do
    with pytest.raises(GitError, match=r"^this repository has no working tree$"):
        Repository.of(tmp_path / "bare")


def test_a_repository_and_its_files_may_have_names_that_are_no_text(tmp_path: Path) -> None:
    repo = Repo(tmp_path / os.fsdecode(b"r\xffo\n"))
    (repo.path / os.fsdecode(b"\xff.yaml")).write_text("")
    found = Repository.of(repo.path / ".")
    assert found.root == repo.path.resolve()
    assert found.uncommitted([repo.path]) == (os.fsdecode(b"\xff.yaml"),)


def test_the_message_of_a_commit_is_the_whole_of_it(repo: Repo) -> None:
    (repo.path / "main").write_text("a file of the same name as the branch")
    text = "Change the night number\n\nPBX-Trailer: caf\ufffd"
    (repo.path.parent / "message").write_bytes(text.encode().replace("\ufffd".encode(), b"\xe9"))
    repo.git("add", "-A")
    repo.git("-c", "i18n.commitEncoding=x-unknown", "commit", "-q", "-F", str(repo.path.parent / "message"))
    repo.git("tag", "v1")
    repo.git("commit", "-q", "--allow-empty", "-m", "Later")
    found = Repository.of(repo.path)
    assert found.message("v1").rstrip("\n") == text
    assert found.message("main").rstrip("\n") == "Later"


def test_a_renamed_file_is_two_that_are_not_committed(repo: Repo) -> None:
    commit_files(repo, a="some text that git recognises after the file is renamed", **{"-b": "1"})
    repo.git("mv", "a.yaml", "c.yaml")
    (repo.path / "-b.yaml").write_text("2")
    found = Repository.of(repo.path)
    assert set(found.uncommitted([repo.path])) == {"a.yaml", "c.yaml", "-b.yaml"}
    assert found.uncommitted([repo.path / "-b.yaml"]) == ("-b.yaml",)


def test_without_git_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="git is not installed"):
        Repository.of(tmp_path)


def test_what_is_not_committed_is_listed_and_what_is_ignored_is_not(repo: Repo) -> None:
    (repo.path / ".gitignore").write_text("*.plan\n")
    commit_files(repo, a="1", b="1")
    (repo.path / "a.yaml").write_text("2")
    (repo.path / "x.plan").write_text("")
    (repo.path / "new").mkdir()
    (repo.path / "new/ø [1].yaml").write_text("")
    found = Repository.of(repo.path)
    assert set(found.uncommitted([repo.path])) == {"a.yaml", "new/ø [1].yaml"}
    assert found.uncommitted([repo.path / "b.yaml"]) == ()
    assert found.uncommitted([repo.path / "new"]) == ("new/ø [1].yaml",)
    assert found.uncommitted([Path("/")]) == ()


def test_files_of_a_commit_are_read_as_committed(repo: Repo) -> None:
    repo.git("config", "core.autocrlf", "true")
    texts = {"a": "x" * 100_000 + "\n", "b": "", "ø": "\r\nkeep\r\n"}
    (repo.path / ".gitattributes").write_text("* -text\n")
    first = commit_files(repo, **texts)
    (repo.path / "link.yaml").symlink_to("a.yaml")
    second = commit_files(repo, a="changed")
    with Repository.of(repo.path).tree(first) as tree:
        assert {path: tree.read(path).decode() for path in tree.files if path.endswith(".yaml")} == {
            f"{name}.yaml": text for name, text in texts.items()
        }
    with Repository.of(repo.path).tree(second) as tree:
        assert tree.files["link.yaml"].is_link
        assert tree.read("link.yaml") == b"a.yaml"


def test_a_submodule_is_told_from_a_file(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner")
    commit_files(inner, a="1")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "sub")
    commit = commit_files(repo, a="1")
    with Repository.of(repo.path).tree(commit) as tree:
        assert tree.files["sub"].is_submodule
        assert not tree.files["a.yaml"].is_submodule


def test_git_sees_no_key_and_runs_no_program_of_the_repository(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit_files(repo, a="1")
    seen = tmp_path / "seen"
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\nenv >> {seen}\n")
    spy.chmod(0o755)
    repo.git("config", "core.fsmonitor", str(spy))
    (repo.path / ".git/hooks/post-index-change").write_text(spy.read_text())
    (repo.path / ".git/hooks/post-index-change").chmod(0o755)
    wrapper = tmp_path / "bin/git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nenv > {tmp_path}/environment\nPATH=/usr/bin:/bin exec git "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:/usr/bin:/bin")
    monkeypatch.setenv("PBXSYNC_WRITE_KEY", "hunter2-hunter2")
    Repository.of(repo.path).uncommitted([repo.path])
    assert "hunter2" not in (tmp_path / "environment").read_text()
    assert not seen.exists()
