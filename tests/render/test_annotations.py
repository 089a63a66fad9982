"""Problems land on their line in the diff of a pull request, and are the only commands that a CI gets from us."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.cli.options.shared import recognised_ci
from pbxsync.model.entry import Place, Problem
from pbxsync.render.annotations import github, gitlab
from pbxsync.text.sanitize import sanitize
from tests.render.harmless import assert_harmless
from tests.render.strategies import hostile

if TYPE_CHECKING:
    from pathlib import Path

BOUNDED = settings(max_examples=100, deadline=None)

files = st.just("tenants/demo.yaml") | hostile.filter(lambda text: bool(text) and "\0" not in text)
places = st.builds(Place, files, st.integers(0, 9), st.integers(0, 9))
problems = st.lists(st.builds(Problem, places, hostile), max_size=4)

#: A command as the runner of GitHub Actions reads it (actions/runner, ActionCommand.cs).
COMMAND = re.compile(r"::(?P<name>\w+) (?P<properties>[^:]*)::(?P<data>.*)")


def message_of(problem: Problem) -> str:
    use = problem.place.use
    return ("" if use is None else f"for {sanitize(str(use))}: ") + sanitize(problem.message)


def unescaped(text: str) -> str:
    for code, char in {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}.items():
        text = text.replace(code, char)
    return text


def test_a_problem_becomes_one_command() -> None:
    problem = Problem(Place("tenants/a,b:c%.yaml", 12, 5), 'unknown key "nmae": did you mean "name"? 100%')
    assert github([problem]) == (
        '::error file=tenants/a%2Cb%3Ac%25.yaml,line=12,col=5::unknown key "nmae": did you mean "name"? 100%25'
    )
    assert github([], [Problem(Place("x.yaml"), "odd")]) == "::warning file=x.yaml::odd"
    assert github([]) == ""


def test_a_problem_in_a_profile_is_shown_there_and_names_the_tenant_file() -> None:
    problem = Problem(Place("profiles/office.yaml", 8, 5, Place("tenants/hansen.yaml", 3, 5)), "odd")
    message = "for tenants/hansen.yaml:3:5: odd"
    assert github([problem]) == f"::error file=profiles/office.yaml,line=8,col=5::{message}"
    (row,) = json.loads(gitlab([problem]))
    assert (row["location"]["path"], row["description"]) == ("profiles/office.yaml", message)


@BOUNDED
@given(problems, problems)
def test_there_are_as_many_commands_as_problems_and_each_reads_back(errors: list[Problem], odd: list[Problem]) -> None:
    lines = github(errors, odd).split("\n") if errors or odd else []
    assert len(lines) == len(errors) + len(odd)
    for line, problem in zip(lines, errors + odd, strict=True):
        found = COMMAND.fullmatch(line)
        assert found is not None
        assert found["name"] == ("error" if lines.index(line) < len(errors) else "warning")
        assert unescaped(found["data"]) == message_of(problem)
        assert_harmless(line.removeprefix("::"))


@BOUNDED
@given(problems, problems)
def test_the_code_quality_report_is_what_gitlab_reads(errors: list[Problem], odd: list[Problem]) -> None:
    text = gitlab(errors, odd)
    assert_harmless(text)
    rows = json.loads(text)
    assert len(rows) == len(errors) + len(odd)
    assert len({row["fingerprint"] for row in rows}) == len(rows)
    for row, problem in zip(rows, errors + odd, strict=True):
        assert row["description"] == message_of(problem)
        assert row["location"]["lines"]["begin"] == max(problem.place.line, 1)
        assert set(row) == {"description", "check_name", "fingerprint", "severity", "location"}
    assert [row["severity"] for row in rows] == ["critical"] * len(errors) + ["minor"] * len(odd)


def test_a_fingerprint_stays_when_the_problem_moves_to_another_line() -> None:
    first, moved, other = (
        json.loads(gitlab([Problem(Place("a.yaml", line), message)]))[0]["fingerprint"]
        for line, message in ((3, "x"), (30, "x"), (3, "y"))
    )
    assert first == moved != other


def test_paths_are_from_the_root_of_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "config"
    work.mkdir()
    monkeypatch.chdir(work)
    problem = [Problem(Place("./tenants/a.yaml", 1), "x")]
    assert github(problem, root=str(tmp_path)).startswith("::error file=config/tenants/a.yaml,")
    assert github(problem).startswith("::error file=tenants/a.yaml,")
    assert github([Problem(Place("/elsewhere/a.yaml", 1), "x")], root=str(work)).startswith("::error file=/elsewhere/")


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({"GITHUB_ACTIONS": "true", "CI": "true"}, "github"),
        ({"GITLAB_CI": "true", "CI": "true"}, "gitlab"),
        ({"CI": "true"}, "none"),
        ({"GITHUB_ACTIONS": "false"}, "none"),
        ({}, "none"),
    ],
)
def test_the_ci_is_known_by_what_it_sets(environment: dict[str, str], kind: str) -> None:
    assert recognised_ci(environment) == kind
