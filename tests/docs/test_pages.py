"""Every command in the documentation is run, and prints what the page says that it prints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import Command, fences, steps
from tests.docs.session import matches, perform
from tests.examples.running import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
RUN = [page for page in PAGES if any(isinstance(step, Command) for step in steps(page))]
#: Pages whose commands are held by tests of their own, or are generated.
APART = {"docs/emulator.md", "docs/reference/cli.md", "docs/reference/client.md", "docs/reference/faults.md"}


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", RUN, ids=named)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pbx"
    folder.mkdir()
    problems = [problem for ended in perform(steps(page), folder) for problem in ended.problems()]
    assert not problems, f"{named(page)}: mend it, or run make docs\n" + "\n\n".join(problems)


@pytest.mark.parametrize("page", [page for page in PAGES if named(page) not in APART], ids=named)
def test_no_command_hides_in_a_block_that_is_not_run(page: Path) -> None:
    hidden = [
        f"line {line}"
        for line, language, content in fences(page)
        if language != "console" and re.search(r"^\s*(?:\$ )?pbxsync ", content, re.MULTILINE)
    ]
    assert not hidden, f"{named(page)}: write ```console, so that it is run: {hidden}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_each_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL))
    lost = [link for link in links if not re.match(r"https?:", link) and not _leads(page, link)]
    assert not lost, f"{named(page)}: {lost}"


def _leads(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not heading or heading in _anchors(target))


def _anchors(page: Path) -> list[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


@pytest.mark.parametrize(
    ("shown", "said", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\n...\nc", "a\nb\nb\nc\n", True),
        ("a ... c", "a b c\n", True),
        ("", "", True),
        ("", "a\n", False),
        ("a", "a\nb\n", False),
        ("...", "", True),
        ("Journal: 20260504T093000Z-1a2b3c", "Journal: 20310504T093000Z-ffffff\n", True),
        ("7 requests in 0.1 s", "7 requests in 2.5 s", True),
    ],
)
def test_what_is_printed_is_compared_whole(shown: str, said: str, same: bool) -> None:
    assert matches(shown, said) is same


GUARANTEES = sorted((ROOT / "docs" / "guarantees").glob("[0-9]*.md"))


@pytest.mark.parametrize("page", GUARANTEES, ids=named)
def test_the_tests_that_a_guarantee_names_are_there(page: Path) -> None:
    held = page.read_text(encoding="utf-8").partition("## Held by")[2]
    entries = re.findall(r"^- `(tests/\S+\.py)`(.*?)(?=^- |\Z)", held, re.MULTILINE | re.DOTALL)
    assert entries
    for file, text in entries:
        source = (ROOT / file).read_text(encoding="utf-8")
        for test in re.findall(r"`(test_\w+)`", text):
            assert f"def {test}(" in source, f"{file} has no {test}"


def test_every_guarantee_has_its_page() -> None:
    index = (ROOT / "docs" / "guarantees" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\d\. \[.*\]\((.*)\)$", index, re.MULTILINE) == [page.name for page in GUARANTEES]
    assert [page.name[0] for page in GUARANTEES] == [str(number) for number in range(1, 10)]


def test_the_architecture_page_has_a_row_for_each_package_and_for_nothing_else() -> None:
    text = (ROOT / "docs" / "development" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(pbxsync/[\w/]+(?:\.py|/))` \|", text, re.MULTILINE)
    packages = {f"pbxsync/{path.parent.name}/" for path in (ROOT / "pbxsync").glob("*/__init__.py")}
    modules = {f"pbxsync/{path.name}" for path in (ROOT / "pbxsync").glob("*.py")}
    assert sorted(rows) == sorted(packages | modules)
