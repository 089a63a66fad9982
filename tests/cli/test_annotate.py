"""Problems of files reach the diff of a pull request, by themselves where the CI says what it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from pbxsync.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.workspace import Workspace

BAD = "tenant: ACME\ndestinations:\n  - name: Boss\n    typ: FORWARD\n"
ODD = "tenant: ACME\ndestinations:\n  - {name: Boss, type: FORWARD}\n  - {name: boss, type: FORWARD}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_github_gets_a_command_on_standard_error_for_each_problem(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.yaml").write_text(BAD)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main.run(["validate", "a.yaml"]) == 1
    out, err = capfd.readouterr()
    assert not out
    (command,) = [line for line in err.split("\n") if line.startswith("::")]
    assert command.startswith("::error file=a.yaml,line=4,col=5::")


def test_warnings_are_annotated_although_the_files_are_valid(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "a.yaml").write_text(ODD)
    assert main.run(["validate", "a.yaml", "--annotate", "github"]) == 0
    assert "::warning file=a.yaml,line=4,col=5::" in capfd.readouterr().err


@pytest.mark.parametrize(("text", "status", "severities"), [(BAD, 1, ["critical"]), (ODD, 0, ["minor"])])
def test_gitlab_gets_its_report(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, status: int, severities: list[str]
) -> None:
    (folder / "a.yaml").write_text(text)
    monkeypatch.setenv("GITLAB_CI", "true")
    assert main.run(["validate", "a.yaml"]) == status
    rows = json.loads((folder / "gl-code-quality-report.json").read_text())
    assert [row["severity"] for row in rows] == severities
    assert rows[0]["location"] == {"path": "a.yaml", "lines": {"begin": 4}}


@pytest.mark.parametrize("kind", [[], ["--annotate", "none"]])
def test_elsewhere_nothing_is_annotated(folder: Path, kind: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "a.yaml").write_text(BAD)
    assert main.run(["validate", "a.yaml", *kind]) == 1
    assert "::" not in capfd.readouterr().err
    assert not (folder / "gl-code-quality-report.json").exists()


def test_a_plan_says_each_group_of_equal_changes_once_at_its_first_line(workspace: Workspace) -> None:
    for name in ("A", "B", "C"):
        workspace.pbx.put("DEMO", cu_name=name, cu_param1="1")
    params = {"A": "2", "B": "3", "C": "2"}
    workspace.tenant("DEMO", *({"name": name, "params": [value]} for name, value in params.items()))
    ran = workspace.run("plan", "--annotate", "github")
    assert [line for line in ran.err.split("\n") if line.startswith("::")] == [
        '::notice file=tenants/DEMO.yaml,line=5::DEMO "B" (id 2): number "1" -> "3"',
        '::notice file=tenants/DEMO.yaml,line=3::2 changes in DEMO: number "1" -> "2"',
    ]
    assert "::" not in workspace.run("validate", "--annotate", "github").err
    assert "::" not in workspace.run("plan", "--annotate", "none").err


def test_the_comment_of_a_plan_has_the_marker_of_its_project(workspace: Workspace) -> None:
    workspace.tenant("DEMO")
    plan = workspace.save()
    for words in (["plan"], ["show", plan]):
        ran = workspace.run(*words, "--format", "markdown", "--marker", "sites/eu")
        assert ran.out.startswith("<!-- pbxsync-plan sites-eu -->\n")


def test_the_comment_of_a_plan_links_or_names_its_artifact(workspace: Workspace) -> None:
    workspace.tenant("DEMO")
    plan = workspace.save()
    for words in (["plan"], ["show", plan]):
        linked = workspace.run(*words, "--format", "markdown", "--artifact", "https://ci.example/runs/7?a=1&b=2").out
        assert ', whole plan: <a href="https://ci.example/runs/7?a=1&amp;b=2">artifact</a></div>' in linked
        named = workspace.run(*words, "--format", "markdown", "--artifact", "plan-7").out
        assert ", whole plan: artifact <code>plan-7</code></div>" in named
