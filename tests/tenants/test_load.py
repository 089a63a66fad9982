from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pbxsync.errors import FilesError, UsageError
from pbxsync.project import find
from pbxsync.tenants.load import load
from tests.tenants.loading import desired, refusals, write

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.tenants.desired import Desired


def tenant(code: str, *names: str) -> str:
    return (
        f"tenant: {code}\ndestinations: []"
        if not names
        else (f"tenant: {code}\ndestinations:\n" + "".join(f"  - name: {name}\n" for name in names))
    )


def loaded(here: Path, *paths: Path | str) -> Desired:
    return load([here / path for path in paths], find([], None, {}, here))


def places(found: Desired) -> list[tuple[str, str | None]]:
    """Return (file:line, name) of all destinations, in order."""
    entries = [entry for code in found.tenants for entry in found.entries(code)]
    return [(f"{entry.place.file}:{entry.place.line}", entry.name) for entry in entries]


def test_a_folder_stands_for_its_yaml_files_sorted_and_without_hidden_ones(here: Path) -> None:
    write(here, {
        "t/b.yml": tenant("A", "b"), "t/a/z.yaml": tenant("A", "z"), "t/a.yaml": tenant("A", "a"),
        "t/.hidden/x.yaml": "[", "t/.x.yaml": "[", "t/notes.txt": "[", "t/pbxsync.yaml": "[", "t/upper.YAML": "[",
    })  # fmt: skip
    found = loaded(here, "t")
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


def test_several_files_serve_one_tenant(here: Path) -> None:
    found = desired(here, {"b.yaml": tenant("B", "x"), "a2.yaml": tenant("A", "y"), "a1.yaml": tenant("A", "x")})
    assert found.tenants == ("A", "B")
    assert places(found) == [("a1.yaml:3", "x"), ("a2.yaml:3", "y"), ("b.yaml:3", "x")]
    assert found.entries("C") == ()


def test_a_name_twice_in_a_tenant_is_found_over_all_its_files(here: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.yaml": tenant("A", "x", "y"), "b.yaml": tenant("B", "x"), "c.yaml": tenant("A", "z", "y", "y"),
    }  # fmt: skip
    twice = "is already defined at a.yaml:4:5. Names are unique within a tenant: pin duplicates by id, without name"
    assert refusals(here, files) == [f'c.yaml:4:5: "y" {twice}', f'c.yaml:5:5: "y" {twice}']


def test_an_id_twice_is_found_over_all_tenants(here: Path) -> None:
    pinned = "tenant: {}\ndestinations:\n  - id: {}\n  - id: {}\n"
    files: dict[str, str | bytes] = {"a.yaml": pinned.format("A", 5, 22), "b.yaml": pinned.format("B", 38, 5)}
    said = "id 5 is already pinned at a.yaml:3:5: remove one of the two"
    assert refusals(here, files) == [f"b.yaml:4:5: {said}"]


def test_a_file_with_problems_takes_part_in_the_comparison(here: Path) -> None:
    files: dict[str, str | bytes] = {"a.yaml": tenant("A", "x", "!y y"), "b.yaml": tenant("A", "x")}
    assert [problem.partition(": ")[0] for problem in refusals(here, files)] == ["a.yaml:4:11", "b.yaml:3:5"]


ALIKE = [
    ("Boss", "boss", "letter case"),
    ("Boss", "' Boss '", "leading or trailing blanks"),
    ("Boss", "' boss'", "leading or trailing blanks and letter case"),
    ("B\u00f8ss \u00e9", "B\u00f8ss e\u0301", "the encoding of its accents (Unicode normalisation)"),
    ("\u00c9", "e\u0301", "the encoding of its accents (Unicode normalisation) and letter case"),
    ("STRASSE", "Straße", "letter case"),
]


@pytest.mark.parametrize(("one", "other", "difference"), ALIKE)
def test_names_that_nearly_agree_get_a_warning(here: Path, one: str, other: str, difference: str) -> None:
    found = desired(
        here, {"a.yaml": tenant("A", one, "else"), "b.yaml": tenant("A", other), "c.yaml": tenant("C", one)}
    )
    (warning,) = found.warnings
    assert str(warning.place) == "b.yaml:3:5"
    assert warning.message.endswith(
        f" at a.yaml:3:5 only in {difference}. They are two destinations: if that is a mistake, remove one"
    )


def test_tenant_globs_narrow_after_everything_was_checked(here: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{code}.yaml": tenant(code, "x", f"X{code}", "X") for code in ("ACME", "ACNE", "DEMO")
    }
    found = desired(here, files, globs=("AC?E", "ACME"))
    assert (found.tenants, found.files, found.destinations) == (("ACME", "ACNE"), 3, 6)
    assert found.entries("DEMO") == ()
    assert [warning.place.file for warning in found.warnings] == ["ACME.yaml", "ACNE.yaml"]
    with pytest.raises(UsageError, match=r'^--tenant "ACM" matches no tenant of the files \(did you mean ACME\?\)$'):
        desired(here, files, globs=("DEMO", "ACM"))
    with pytest.raises(FilesError):
        desired(here, files | {"z.yaml": "x"}, globs=("DEMO",))


def test_the_problems_of_a_hopeless_file_are_counted_not_listed(here: Path) -> None:
    problems = refusals(here, {"a.yaml": "tenant: A\ndestinations: [" + "x," * 3000 + "]", "b.yaml": "x"})
    assert len(problems) == 1002
    assert problems[0] == "a.yaml: 2,000 more problems in this file are not listed"
    assert problems[-1].startswith("b.yaml:1:1: ")


def test_the_problems_of_hopeless_files_are_counted_not_listed(here: Path) -> None:
    problems = refusals(here, {f"{number}.yaml": "[" + "!x y, " * 2000 for number in range(12)})
    assert len(problems) == 10_001
    assert problems[-1] == "tenant files: 2,012 more problems are not listed"


def test_entries_can_be_had_again(here: Path) -> None:
    found = desired(here, {"a.yaml": tenant("A", "x", "y")})
    assert found.entries("A") == found.entries("A")
