"""The files of a commit are found below the same paths as on the disk, whatever links, submodules and names there are."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pbxsync.baseline import committed
from pbxsync.baseline.committed import CommittedFiles
from pbxsync.disk.read import Unreadable
from pbxsync.errors import GitError
from pbxsync.git.repository import Repository
from tests.support.repo import Repo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """An empty repository, which is the working directory."""
    repo = Repo(tmp_path / "repo")
    monkeypatch.chdir(repo.path)
    return repo


def write(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)


def link(name: str, target: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).symlink_to(target)


@contextmanager
def files(repo: Repo) -> Iterator[CommittedFiles]:
    """The files as committed now, of which the disk has none any more."""
    with Repository.of(repo.path).tree(repo.commit()) as tree:
        for path in repo.git("ls-files").splitlines():
            if not Path(path).is_dir() or Path(path).is_symlink():
                Path(path).unlink()
        yield CommittedFiles(tree, repo.path.resolve())


def found(repo: Repo, *paths: str) -> tuple[list[str], list[str]]:
    """Return the files below paths, and the problems, both without the commit."""
    with files(repo) as source:
        listed, problems = source.find([Path(path) for path in paths])
        head = repo.git("rev-parse", "HEAD")[:12]
        assert [shown for shown, _ in listed] == [f"{head}:{path}" for _, path in listed]
        return [path for _, path in listed], [str(problem).replace(f"{head}:", "", 1) for problem in problems]


OUT = "this link leads out of the repository, where --since cannot follow it: name the files themselves"


def test_a_folder_has_the_tenant_files_below_it_and_a_named_file_is_one(repo: Repo) -> None:
    write("a.yaml", "t/b.yml", "t/x/y/c.yaml", "t/pbxsync.yaml", "t/.d.yaml", "t/.h/e.yaml", "t/README.md", "u/f.yaml")
    assert found(repo, "t", "t/b.yml") == (["t/b.yml", "t/x/y/c.yaml"], [])


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["."], ["a.yaml", "t/b.yaml"]),
        (["t", "a.yaml"], ["a.yaml", "t/b.yaml"]),
        (["t/../t/./b.yaml"], ["t/b.yaml"]),
        (["README.md"], ["README.md"]),
        (["t/pbxsync.yaml", ".h.yaml"], [".h.yaml"]),
        (["none", "t/none.yaml", "a.yaml/x.yaml"], []),
    ],
)
def test_paths_stand_for_what_they_would_on_the_disk(repo: Repo, paths: Sequence[str], expected: list[str]) -> None:
    write("a.yaml", "t/b.yaml", "t/pbxsync.yaml", "README.md", ".h.yaml")
    assert found(repo, *paths) == (expected, [])


def test_links_to_files_and_folders_are_followed_and_no_folder_is_read_twice(repo: Repo) -> None:
    write("shared/a.yaml", "t/b.yaml", "else/x/d.yaml", "else/e.txt")
    link("t/l.yaml", "../shared/a.yaml")
    link("t/again.yaml", "l.yaml")
    link("t/folder", "../else/x")
    link("t/self", "../t")
    link("t/text", "../else/e.txt")
    assert found(repo, "t") == (["else/x/d.yaml", "shared/a.yaml", "t/b.yaml"], [])


@pytest.mark.parametrize("target", ["/etc", "../..", "../../repo/t", "circle"])
def test_a_link_that_cannot_be_followed_is_a_problem_and_the_others_count(repo: Repo, target: str) -> None:
    write("t/b.yaml")
    link("t/circle", target)
    assert found(repo, "t") == (["t/b.yaml"], [f"t/circle: {OUT}"])


def test_forty_links_in_a_row_are_followed_and_no_more(repo: Repo) -> None:
    write("t/b.yaml")
    for number in range(41):
        link(f"links/{number}", f"{number - 1}" if number else "../t")
    assert found(repo, "links/39") == (["t/b.yaml"], [])
    repo.git("checkout", "-q", ".")
    assert found(repo, "links/40") == ([], [f"links/40: {OUT}"])


def test_a_submodule_is_a_problem(repo: Repo, tmp_path: Path) -> None:
    inner = Repo(tmp_path / "inner")
    (inner.path / "a.yaml").write_text("1")
    inner.commit()
    write("t/b.yaml")
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "t/sub")
    message = "this is a submodule, whose files --since cannot read: plan it in its own repository"
    assert found(repo, "t") == (["t/b.yaml"], [f"t/sub: {message}"])


def test_a_file_is_read_up_to_the_limit(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committed, "LIMIT", 2 * 1024**2)
    Path("a.yaml").write_bytes(b"x" * 2 * 1024**2)
    Path("b.yaml").write_bytes(b"x" * 2 * 1024**2 + b"x")
    with files(repo) as source:
        assert source.read("a.yaml") == b"x" * 2 * 1024**2
        with pytest.raises(Unreadable) as error:
            source.read("b.yaml")
        assert str(error.value) == "is larger than 2 MiB"


@pytest.mark.parametrize(
    ("there", "wanted", "expected"),
    [
        (["p/q/pbxsync.yaml", "pbxsync.yaml"], "p/q/pbxsync.yaml", "p/q/pbxsync.yaml"),
        (["p/q/other.yaml", "p/q/pbxsync.yaml"], "p/q/other.yaml", "p/q/other.yaml"),
        (["p/q/pbxsync.yaml", "p/pbxsync.yaml"], "p/q/other.yaml", "p/q/pbxsync.yaml"),
        (["p/pbxsync.yaml", "pbxsync.yaml"], "p/q/r/pbxsync.yaml", "p/pbxsync.yaml"),
        (["pbxsync.yaml", "else/pbxsync.yaml"], "p/q/r/pbxsync.yaml", "pbxsync.yaml"),
        (["else/pbxsync.yaml"], "p/pbxsync.yaml", "else/pbxsync.yaml"),
        (["else/pbxsync.yaml"], "../elsewhere/pbxsync.yaml", None),
        (["else/a.yaml"], "p/pbxsync.yaml", None),
    ],
)
def test_the_project_file_is_the_one_in_its_place_or_the_nearest_above_or_the_only_one(
    repo: Repo, there: list[str], wanted: str, expected: str | None
) -> None:
    write("t/a.yaml", *there)
    with files(repo) as source:
        assert source.project_file(Path(wanted)) == expected


def test_a_project_file_may_be_a_link(repo: Repo) -> None:
    write("shared/project.yaml")
    link("pbxsync.yaml", "shared/project.yaml")
    with files(repo) as source:
        assert source.project_file(Path("pbxsync.yaml")) == "shared/project.yaml"


def test_several_project_files_elsewhere_are_refused(repo: Repo) -> None:
    write(*(f"p{number}/pbxsync.yaml" for number in range(4)))
    with files(repo) as source:
        with pytest.raises(GitError) as error:
            source.project_file(Path("q/pbxsync.yaml"))
        assert str(error.value) == (
            f"q/pbxsync.yaml is not in {repo.git('rev-parse', 'HEAD')[:12]}, which has several project files"
            " (p0/pbxsync.yaml, p1/pbxsync.yaml, p2/pbxsync.yaml): move the project in a commit of its own, without --since"
        )


def test_a_path_may_lead_through_a_link_to_the_repository_but_not_out_of_it(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("t/b.yaml")
    (tmp_path / "link").symlink_to(repo.path)
    with files(repo) as source:
        assert source.relative(tmp_path / "link/t/b.yaml") == "t/b.yaml"
        assert (source.relative(Path()), source.relative(repo.path / "t/..")) == ("", "")
        monkeypatch.chdir(tmp_path / "link")
        assert source.relative(Path("t/b.yaml")) == "t/b.yaml"
        with pytest.raises(GitError) as error:
            source.relative(Path("../x.yaml"))
        assert str(error.value) == (
            f'"../x.yaml" is outside of the repository "{repo.path.resolve()}": --since cannot read its history'
        )
