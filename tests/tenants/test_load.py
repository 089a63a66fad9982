from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.errors import FilesError, UsageError
from tests.tenants.loading import desired, places, refusals, tenant

if TYPE_CHECKING:
    from pathlib import Path


def test_several_files_serve_one_tenant(here: Path) -> None:
    found = desired(here, {"b.yaml": tenant("B", "x"), "a2.yaml": tenant("A", "y"), "a1.yaml": tenant("A", "x")})
    assert found.tenants == ("A", "B")
    assert places(found) == [("a1.yaml:3", "x"), ("a2.yaml:3", "y"), ("b.yaml:3", "x")]
    assert found.entries("C") == ()


def test_a_comment_that_looks_like_a_part_of_a_number_gets_a_warning(here: Path) -> None:
    number = "tenant: {}\ndestinations:\n  - name: x\n    params:\n      number: +45 70 12 #34 56\n"
    found = desired(here, {"b.yaml": number.format("B"), "a.yaml": number.format("A")})
    said = "# begins a comment here: if it belongs to the value, put the value in quotes, else put a space after #"
    assert [str(warning) for warning in found.warnings] == [f"{file}.yaml:5:25: {said}" for file in "ab"]
    assert [param.value for param in found.entries("A")[0].params] == ["+45 70 12"]


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
