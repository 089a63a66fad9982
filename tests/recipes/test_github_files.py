"""What the files of the recipes for GitHub must say, and what linters say about them."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.examples.running import BIN
from tests.recipes.github import PROJECTS, RECIPES

if TYPE_CHECKING:
    from pathlib import Path

WORKFLOWS = ("pbxsync.yml", "drift.yml")


def jobs(name: str) -> dict[str, Any]:
    tree: dict[str, Any] = yaml.safe_load((RECIPES / name).read_text(encoding="utf-8"))
    assert tree["permissions"] == {}
    found: dict[str, Any] = tree["jobs"]
    return found


@pytest.mark.parametrize(
    ("schema", "name"), [("github-workflows", name) for name in WORKFLOWS] + [("dependabot", "dependabot.yml")]
)
def test_a_recipe_has_the_form_that_github_wants(schema: str, name: str) -> None:
    checked = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", f"vendor.{schema}", RECIPES / name],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", WORKFLOWS)
def test_what_others_wrote_is_never_put_into_a_script(name: str) -> None:
    scripts = [step["run"] for job in jobs(name).values() for step in job["steps"] if "run" in step]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_and_nothing_is_installed_without_its_hash(name: str) -> None:
    steps = [step for job in jobs(name).values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action) for action in used)
    installs = {step["run"] for step in steps if "pip install" in step.get("run", "")}
    assert installs == {"pip install --require-hashes --requirement requirements.txt"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_job_with_a_key_can_write_to_the_repository(name: str) -> None:
    for job in jobs(name).values():
        if "environment" in job:
            assert set(job["permissions"].values()) == {"read"}
        else:
            assert "secrets." not in str(job)


def test_the_write_key_is_in_one_job_which_waits_for_approval() -> None:
    having = [name for name, job in jobs("pbxsync.yml").items() if "PBXSYNC_WRITE_KEY" in str(job)]
    assert having == ["apply"]
    assert jobs("pbxsync.yml")["apply"]["environment"] == "${{ matrix.project.name }}-apply"
    assert "PBXSYNC_WRITE_KEY" not in str(jobs("drift.yml"))


def test_the_list_of_projects_is_the_same_wherever_it_is() -> None:
    text = "".join((RECIPES / name).read_text(encoding="utf-8") for name in WORKFLOWS)
    assert re.findall(r'\[\{ "name".*?\]', text) == [PROJECTS] * 5


def test_no_linter_finds_anything(tools: Path, tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for name in WORKFLOWS:
        shutil.copy(RECIPES / name, folder)
    shutil.copy(RECIPES / "dependabot.yml", tmp_path / ".github")

    def lint(*command: Path | str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, check=False)

    workflows = [folder / name for name in WORKFLOWS]
    actionlint: tuple[Path | str, ...] = (tools / "actionlint", "-shellcheck", tools / "shellcheck", *workflows)
    for linted in (lint(*actionlint), lint(tools / "zizmor", "--offline", tmp_path)):
        assert linted.returncode == 0, linted.stdout
    # The scripts are looked at, too.
    drift = folder / "drift.yml"
    drift.write_text(drift.read_text(encoding="utf-8").replace("exit ", "rm $1 "), encoding="utf-8")
    assert "SC2086" in lint(*actionlint).stdout
