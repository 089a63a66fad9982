from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pbxsync.errors import FilesError, OtherProjectError
from pbxsync.project import find
from pbxsync.tenants.load import load
from tests.tenants.loading import places, tenant, write

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.tenants.desired import Desired


def loaded(here: Path, *paths: Path | str) -> Desired:
    return load([here / path for path in paths], find([], None, {}, here))


def test_a_folder_stands_for_its_yaml_files_sorted_and_without_hidden_ones(here: Path) -> None:
    write(here, {
        "t/b.yml": tenant("A", "b"), "t/a/z.yaml": tenant("A", "z"), "t/a.yaml": tenant("A", "a"),
        "t/.hidden/x.yaml": "[", "t/.x.yaml": "[", "t/notes.txt": "[", "t/pbxsync.yaml": "[", "t/upper.YAML": "[",
    })  # fmt: skip
    found = load([here / "t"], find([], None, {}, here)._replace(is_explicit=True))
    assert places(found) == [("t/a.yaml:3", "a"), ("t/a/z.yaml:3", "z"), ("t/b.yml:3", "b")]
    assert (found.files, found.destinations) == (3, 3)


def test_a_named_file_may_be_called_as_it_likes(here: Path) -> None:
    write(here, {"tenants.txt": tenant("A", "b")})
    assert places(loaded(here, "tenants.txt")) == [("tenants.txt:3", "b")]


def test_places_outside_the_working_directory_are_absolute(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, {"a.yaml": tenant("A", "x"), "in/b.yaml": tenant("A", "y")})
    monkeypatch.chdir(here / "in")
    assert places(loaded(here, "a.yaml", "in")) == [(f"{here}/a.yaml:3", "x"), ("b.yaml:3", "y")]


def test_a_file_reached_twice_counts_once(here: Path) -> None:
    write(here, {"t/a.yaml": tenant("A", "x")})
    (here / "t/again.yaml").symlink_to("a.yaml")
    (here / "t/round").symlink_to(".")
    (here / "u").symlink_to("t")
    found = loaded(here, "t", "t/a.yaml", "t/../t", "u", "u/a.yaml")
    assert places(found) == [("t/a.yaml:3", "x")]
    assert found.files == 1


def test_a_project_file_is_no_tenant_file(here: Path) -> None:
    write(here, {"pbxsync.yaml": "retries: 2", "a.yaml": tenant("A", "x")})
    assert places(loaded(here, "pbxsync.yaml", "a.yaml")) == [("a.yaml:3", "x")]
    with pytest.raises(FilesError, match=r"^pbxsync.yaml: a project file is not a tenant file: name tenant files"):
        loaded(here, "pbxsync.yaml")


def test_paths_that_lead_nowhere_are_named_all_at_once(here: Path) -> None:
    write(here, {"empty/notes.txt": "", "a.yaml": "x: 1"})
    (here / "dangling.yaml").symlink_to("nothing")
    (here / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(here / "pipe.yaml")
    with pytest.raises(FilesError) as refused:
        loaded(here, "a.yaml", "empty", "missing", "dangling.yaml", "loop.yaml", "pipe.yaml", "a.yaml/b")
    assert [str(problem) for problem in refused.value.problems] == [
        "a.yaml:1:1: destinations is missing: write destinations: [] if there are none",
        "a.yaml:1:1: tenant is missing: write tenant: and the tenant's code",
        "a.yaml:1:1: unknown key x in a tenant file",
        "a.yaml/b: there is no such file or folder: name tenant files, or folders of them",
        "dangling.yaml: the file cannot be read: No such file or directory",
        "empty: the folder has no tenant files (*.yaml, *.yml): name another one",
        "loop.yaml: the file cannot be read: Too many levels of symbolic links",
        "missing: there is no such file or folder: name tenant files, or folders of them",
        "pipe.yaml: the file is not a regular file",
    ]


def test_a_link_to_itself_in_a_folder_is_named_and_hides_no_other_problem(here: Path) -> None:
    write(here, {"t/a.yaml": "x", "t/notes/b.txt": ""})
    (here / "t/loop.yaml").symlink_to("loop.yaml")
    (here / "t/notes/round").symlink_to("round")
    with pytest.raises(FilesError) as refused:
        loaded(here, "t")
    assert [str(problem).partition(", not")[0] for problem in refused.value.problems] == [
        "t/a.yaml:1:1: a tenant file must be a mapping of tenant: and destinations:",
        "t/loop.yaml: the file cannot be read: Too many levels of symbolic links",
    ]


def test_a_path_too_long_for_any_file_is_a_problem_like_others(here: Path) -> None:
    write(here, {"a.yaml": tenant("A")})
    with pytest.raises(FilesError, match=r"^a{300}: cannot be searched: File name too long$"):
        loaded(here, "a.yaml", "a" * 300)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_said(here: Path) -> None:
    write(here, {"t/a.yaml": tenant("A"), "u/a.yaml": tenant("B"), "v/w/a.yaml": "", "v/b.yaml": tenant("B")})
    (here / "t/a.yaml").chmod(0)
    (here / "u").chmod(0)
    (here / "v/w").chmod(0)
    with pytest.raises(FilesError) as refused:
        loaded(here, "t", "u", "v")
    (here / "u").chmod(0o700)
    (here / "v/w").chmod(0o700)
    assert [str(problem) for problem in refused.value.problems] == [
        "t/a.yaml: the file cannot be read: Permission denied",
        "u: cannot be searched: Permission denied",
        "v/w: cannot be searched: Permission denied",
    ]


def test_a_file_of_eleven_mebibytes_is_not_read(here: Path) -> None:
    with (here / "a.yaml").open("wb") as file:
        file.truncate(11 * 1024**2)
    with pytest.raises(FilesError, match=r"^a.yaml: the file is larger than 10 MiB$"):
        loaded(here, "a.yaml")


def test_odd_file_names_are_shown_harmless(here: Path) -> None:
    (here / os.fsdecode(b"a\xff\x1b[1m.yaml")).write_text("x")
    with pytest.raises(FilesError, match=r"^a\\xff\\u001b\[1m\.yaml:1:1: "):
        loaded(here, "")


def test_a_file_of_another_project_is_refused_with_both_projects(here: Path) -> None:
    write(here, {
        "a/pbxsync.yaml": "retries: 2", "a/t/x.yaml": tenant("A", "x"),
        "b/pbxsync.yaml": "retries: 3", "b/t/y.yaml": tenant("B", "y"), "b/t/z.yaml": "[",
        "c/w.yaml": tenant("C", "w"),
    })  # fmt: skip
    project = find([here / "a/t"], None, {}, here)
    with pytest.raises(OtherProjectError) as refused:
        load([here / "a/t", here / "b/t"], project)
    assert str(refused.value) == (
        "b/t/y.yaml: belongs to b/pbxsync.yaml (and 1 more file), but this run uses a/pbxsync.yaml: run each project by"
        " itself, or name the project with --config"
    )
    assert load([here / "a/t", here / "c"], project).tenants == ("A", "C")
    explicit = find([], here / "a/pbxsync.yaml", {}, here)
    assert load([here / "a/t", here / "b/t/y.yaml"], explicit).tenants == ("A", "B")


def test_a_file_of_a_project_is_refused_if_the_run_has_none(here: Path) -> None:
    write(here, {"t/x.yaml": tenant("A", "x"), "t/sub/pbxsync.yaml": "retries: 2", "t/sub/y.yaml": tenant("B", "y")})
    with pytest.raises(
        OtherProjectError, match=r"^t/sub/y.yaml: belongs to t/sub/pbxsync.yaml, but this run uses no pro"
    ):
        loaded(here, "t")


def test_one_project_may_be_reached_by_several_ways(here: Path) -> None:
    write(here, {"a/pbxsync.yaml": "retries: 2", "a/t/x.yaml": tenant("A", "x"), "a/t/y.yaml": tenant("B", "y")})
    (here / "link").symlink_to("a")
    project = find([here / "b/../link/t"], None, {}, here)
    assert project.file == here / "link/pbxsync.yaml"
    assert load([here / "a/t/x.yaml", here / "link/t/y.yaml", here / "a/../a/t"], project).tenants == ("A", "B")
