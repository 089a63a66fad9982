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
from pbxsync.model.plan import TextDiff, Update
from pbxsync.render.annotations import github, gitlab
from pbxsync.text.sanitize import sanitize
from tests.render.harmless import assert_harmless
from tests.render.strategies import hostile, plans

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.model.plan import Change, Plan

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


@pytest.mark.parametrize(
    "place",
    [
        Place("a:b/x y.yaml", 8),
        Place("profiles/office.yaml", 8, 0, Place("tenants/a for b.yaml", 3)),
        Place("customers for you.csv", 17),
        Place("-"),
    ],
)
def test_the_source_of_a_plan_leads_to_its_place(place: Place) -> None:
    assert Place.of_source(place.source if place.line else place.file) == place


def test_a_problem_in_a_profile_is_shown_there_and_names_the_tenant_file() -> None:
    problem = Problem(Place("profiles/office.yaml", 8, 5, Place("tenants/hansen.yaml", 3, 5)), "odd")
    message = "for tenants/hansen.yaml:3:5: odd"
    assert github([problem]) == f"::error file=profiles/office.yaml,line=8,col=5::{message}"
    (row,) = json.loads(gitlab([problem]))
    assert (row["location"]["path"], row["description"]) == ("profiles/office.yaml", message)


def first_of_each(given: list[Problem]) -> list[tuple[Problem, str]]:
    """The first problem with each message, and what is said of it."""
    messages = [problem.message for problem in given]
    firsts = [problem for number, problem in enumerate(given) if problem.message not in messages[:number]]
    return [
        (first, message_of(first) + (f" (and {more - 1} more like this)" if more > 1 else ""))
        for first, more in ((first, messages.count(first.message)) for first in firsts)
    ]


@BOUNDED
@given(problems, problems)
def test_there_are_as_many_commands_as_different_problems_and_each_reads_back(
    errors: list[Problem], odd: list[Problem]
) -> None:
    wanted_errors, wanted_odd = first_of_each(errors), first_of_each(odd)
    lines = github(errors, odd).split("\n") if errors or odd else []
    assert len(lines) == len(wanted_errors) + len(wanted_odd)
    for number, (line, (_, message)) in enumerate(zip(lines, wanted_errors + wanted_odd, strict=True)):
        found = COMMAND.fullmatch(line)
        assert found is not None
        assert found["name"] == ("error" if number < len(wanted_errors) else "warning")
        assert unescaped(found["data"]) == message
        assert_harmless(line.removeprefix("::"))


@BOUNDED
@given(problems, problems)
def test_the_code_quality_report_is_what_gitlab_reads(errors: list[Problem], odd: list[Problem]) -> None:
    text = gitlab(errors, odd)
    assert_harmless(text)
    rows = json.loads(text)
    wanted_errors, wanted_odd = first_of_each(errors), first_of_each(odd)
    assert len({row["fingerprint"] for row in rows}) == len(rows)
    for row, (problem, message) in zip(rows, wanted_errors + wanted_odd, strict=True):
        assert row["description"] == message
        assert row["location"]["lines"]["begin"] == max(problem.place.line, 1)
        assert set(row) == {"description", "check_name", "fingerprint", "severity", "location"}
    assert [row["severity"] for row in rows] == ["critical"] * len(wanted_errors) + ["minor"] * len(wanted_odd)


def test_a_problem_that_764_places_have_is_said_once_at_the_first() -> None:
    many = [Problem(Place(f"tenants/t{number}.yaml", number + 3), "unknown key") for number in range(764)]
    assert github(many) == "::error file=tenants/t0.yaml,line=3::unknown key (and 763 more like this)"
    (row,) = json.loads(gitlab(many))
    assert row["location"] == {"path": "tenants/t0.yaml", "lines": {"begin": 3}}
    (alone,) = json.loads(gitlab(many[:1]))
    assert row["fingerprint"] == alone["fingerprint"], "another place does not make it a new problem"


def update(number: int, after: str = "25", name: str = "timeout") -> Change:
    diff = (TextDiff("param3", "30", after, name),)
    return Update(f"T{number % 60}", str(number), f"Desk {number}", f"tenants/t.yaml:{number + 1}", diff, "sha256:1")


def test_equal_changes_are_one_notice_and_the_odd_one_is_first() -> None:
    changes = [*(update(number) for number in range(763)), update(900, "250")]
    assert github([], [], changes).split("\n") == [
        '::notice file=tenants/t.yaml,line=901::T0 "Desk 900" (id 900): timeout "30" -> "250"',
        '::notice file=tenants/t.yaml,line=1::763 changes in 60 tenants: timeout "30" -> "25"',
    ]


def test_there_are_as_many_notices_as_github_shows_and_the_last_says_that_there_is_more() -> None:
    lines = github([], [], [update(number, str(number)) for number in range(31, 60)]).split("\n")
    assert len(lines) == 10
    assert lines[-1].endswith('"30" -> "40" (the plan has 19 more groups of equal changes)')


@BOUNDED
@given(plans())
def test_a_notice_of_hostile_text_is_one_command(plan: Plan) -> None:
    for line in github([], [], plan.changes).split("\n") if plan.changes else []:
        found = COMMAND.fullmatch(line)
        assert found is not None
        assert found["name"] == "notice"
        assert_harmless(line.removeprefix("::"))


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
