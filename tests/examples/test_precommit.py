"""The hook for pre-commit, run by pre-commit itself; only how it is installed is left out, which needs an index."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.examples.running import copied, run
from tests.support.command import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = ROOT / ".pre-commit-hooks.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of tenant files with the hooks of our manifest, taken from the path instead of being installed."""
    folder = copied(tmp_path)
    hooks: list[dict[str, Any]] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    local = [{**hook, "language": "system"} for hook in hooks]
    config = json.dumps({"repos": [{"repo": "local", "hooks": local}]})
    (folder / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        assert run(folder, *command).returncode == 0
    return folder


def hooked(repository: Path) -> tuple[int, str]:
    ended = run(repository, "pre-commit", "run", "--all-files", PRE_COMMIT_HOME=str(repository.parent / "home"))
    return ended.returncode, ended.stdout


def test_the_manifest_is_one() -> None:
    assert run(ROOT, "pre-commit", "validate-manifest", str(MANIFEST)).returncode == 0


def test_files_in_order_pass(repository: Path) -> None:
    status, said = hooked(repository)
    assert status == 0, said
    assert "Passed" in said


def test_a_mistake_in_any_file_stops_the_commit(repository: Path) -> None:
    (repository / "tenants" / "extra.yaml").write_text("tenant: HANSEN\ndestinations: [{name: Boss phone}]\n")
    status, said = hooked(repository)
    assert status == 1
    assert '"Boss phone" is already defined' in said
