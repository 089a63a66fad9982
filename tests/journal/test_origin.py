"""Which commit, person and pull request a run comes from, as git and the CI systems tell it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from pbxsync.journal.origin import Origin, origin
from tests.support.records import lines

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.workspace import Workspace

GITHUB = {"GITHUB_SHA": "c0ffee", "GITHUB_ACTOR": "anna", "GITHUB_REF": "refs/pull/12/merge"}
GITLAB = {"CI_COMMIT_SHA": "c0ffee", "GITLAB_USER_LOGIN": "anna", "CI_MERGE_REQUEST_IID": "12"}


def commit(folder: Path, message: str) -> str:
    """Make a repository with one commit, and return the commit."""
    identity = ("-c", "user.name=Anna", "-c", "user.email=anna@example.com", "-c", "commit.gpgsign=false")
    git = ("git", "-C", str(folder))
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, *identity, "commit", "-q", "--allow-empty", "-m", message], check=True)
    return subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("environ", [GITHUB, GITLAB])
def test_without_git_the_ci_system_tells(tmp_path: Path, environ: dict[str, str]) -> None:
    assert origin(tmp_path, environ) == Origin("c0ffee", "anna", "12")


def test_what_nobody_tells_is_none(tmp_path: Path) -> None:
    assert origin(tmp_path, {}) == Origin(None, None, None)
    assert origin(tmp_path, {"GITHUB_SHA": "", "GITHUB_ACTOR": "", "GITHUB_REF": "refs/heads/main"}) == Origin()


def test_the_commit_that_is_checked_out_comes_before_what_the_ci_says(tmp_path: Path) -> None:
    assert origin(tmp_path, {}).commit is None
    made = commit(tmp_path, "Change the night number")
    (tmp_path / "deep").mkdir()
    assert origin(tmp_path / "deep", GITHUB | {"GITHUB_REF": "refs/heads/main"}) == Origin(made, "anna", None)


def test_whoever_started_a_job_again_comes_before_whoever_caused_it(tmp_path: Path) -> None:
    assert origin(tmp_path, GITHUB | {"GITHUB_TRIGGERING_ACTOR": "bo"}).actor == "bo"


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Merge pull request #12 from anna/night\n\nChange the night number", "12"),
        ("Change the night number (#12)", "12"),
        ("Change the night number (#12)\n\n* Fix #7\n* (#8)", "12"),
        ("Merge branch 'night' into 'main'\n\nChange the night number\n\nSee merge request reseller/pbx!12", "12"),
        ("Change the night number\n\nAs in (#12)", None),
        ("Revert the change of #12", None),
        ("Say how: Merge pull request #12 from x", None),
    ],
)
def test_after_the_merge_the_message_of_the_commit_tells_the_pull_request(
    tmp_path: Path, message: str, number: str | None
) -> None:
    commit(tmp_path, message)
    assert origin(tmp_path, {"GITHUB_REF": "refs/heads/main"}).pull_request == number


def test_a_journal_begins_with_where_the_run_comes_from(workspace: Workspace) -> None:
    made = commit(workspace.folder, "Change the night number (#12)")
    workspace.set(GITHUB_ACTOR="anna")
    workspace.tenant("DEMO", {"name": "Night", "type": "FORWARD"})
    assert workspace.apply().status == 0
    (run, *_) = lines(workspace.journals[0])
    assert (run["commit"], run["actor"], run["pull_request"]) == (made, "anna", "12")
    workspace.tenant("DEMO", {"name": "Night", "params": ["1"]})
    workspace.set(PATH=str(workspace.folder / "none"))
    assert workspace.apply().status == 0, "git is not needed"
    assert lines(workspace.journals[-1])[0]["commit"] is None
