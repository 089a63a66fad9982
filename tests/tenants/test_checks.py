from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tenants.loading import desired, refusals, tenant

if TYPE_CHECKING:
    from pathlib import Path


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
    ("Tel 2", "Tel  2", "the blanks between its words"),
    ("Tel 2", "Tel\u00a02", "the blanks between its words"),
    ("Tel 2", "TEL  2", "the blanks between its words and letter case"),
    ("Tel  a", "Tel  A", "letter case"),
    ("Night", "Ni\u200bght", "characters that look the same"),
    ("Vagt 1", "Vagt \uff11", "characters that look the same"),
    ("Salg & Co", "Salg &amp; Co", "escapes"),
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
