"""The pages of the documentation: a reader who copies every visible command gets the output that the page shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import Command, comments, fences, steps
from tests.docs.session import matches, take
from tests.support.command import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGES = sorted(
    page for pattern in ("*.md", "docs/**/*.md", "tests/*.md", "benchmarks/*.md") for page in ROOT.glob(pattern)
)
WITH_COMMANDS = [page for page in PAGES if any(isinstance(step, Command) for step in steps(page))]
#: Generated pages, whose commands have tests of their own.
GENERATED = {"docs/reference/cli.md", "docs/reference/faults.md"}


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=named)
def test_the_visible_commands_of_a_page_work_in_an_empty_folder(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pbx"
    folder.mkdir()
    problems = [problem for result in take(steps(page), folder) for problem in result.problems()]
    assert not problems, f"{named(page)}: fix it, or run make docs\n" + "\n\n".join(problems)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_hides_nothing_from_its_readers_but_where_it_comes_from(page: Path) -> None:
    origin = re.compile(r"<!-- (?:Generated (?:by|from)|results: written by|end of results)\b.*", re.DOTALL)
    hidden = [text for text in comments(page) if not origin.fullmatch(text)]
    assert not hidden


@pytest.mark.parametrize("page", [page for page in PAGES if named(page) not in GENERATED], ids=named)
def test_every_block_with_a_command_is_run(page: Path) -> None:
    not_run = [
        f"line {fence.line}"
        for fence in fences(page)
        if fence.language != "console" and re.search(r"^\s*(?:\$ )?pbxsync ", fence.content, re.MULTILINE)
    ]
    assert not not_run, f"{named(page)}: write ```console: {not_run}"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_has_a_target(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL))
    broken = [link for link in links if not re.match(r"https?:", link) and not _has_target(page, link)]
    assert not broken, f"{named(page)}: {broken}"


def _has_target(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not heading or heading in _anchors(target))


def _anchors(page: Path) -> list[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


@pytest.mark.parametrize(
    ("shown", "output", "same"),
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
def test_the_whole_output_is_compared(shown: str, output: str, same: bool) -> None:
    assert matches(shown, output) is same


GUARANTEES = sorted((ROOT / "docs" / "guarantees").glob("[0-9]*.md"), key=lambda page: int(page.name.partition("-")[0]))


@pytest.mark.parametrize("page", GUARANTEES, ids=named)
def test_the_tests_that_a_guarantee_lists_exist(page: Path) -> None:
    section = page.read_text(encoding="utf-8").partition("## Tests")[2]
    entries = re.findall(r"^- `(tests/\S+\.py)`(.*?)(?=^- |\Z)", section, re.MULTILINE | re.DOTALL)
    assert entries
    for file, text in entries:
        source = (ROOT / file).read_text(encoding="utf-8")
        for test in re.findall(r"`(test_\w+)`", text):
            assert f"def {test}(" in source, f"{file} has no {test}"


def test_every_guarantee_has_a_page() -> None:
    index = (ROOT / "docs" / "guarantees" / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\d+\. \[.*\]\((.*)\)$", index, re.MULTILINE) == [page.name for page in GUARANTEES]
    assert [page.name.partition("-")[0] for page in GUARANTEES] == [str(number) for number in range(1, 11)]
