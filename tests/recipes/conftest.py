"""What the tests of every recipe share. Those that run a recipe need the `tools`, which `make recipes` installs."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from pbxsync.emulator import Emulator
from tests.examples.reseller import READ, SECRET, WRITE
from tests.recipes.gitlab import GitLab
from tests.recipes.gitlab_api import TOKEN, Api
from tests.recipes.tools import BIN, ENABLED, JOB, PIP, requirements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def tools() -> Path:
    """The folder of the runners and linters."""
    if not ENABLED:
        pytest.skip("needs the runners of CI recipes: `make recipes`")
    assert BIN.is_dir(), "run `make recipes`"
    return BIN


@pytest.fixture
def pbx() -> Iterator[Emulator]:
    """An emulated PBX with the keys of the jobs."""
    with Emulator(read_key=READ, write_key=WRITE) as running:
        yield running


@pytest.fixture
def gitlab(tools: Path, tmp_path: Path, pbx: Emulator) -> Iterator[GitLab]:
    """A project on GitLab with the recipe, set up as its first lines say, for this PBX."""
    assert shutil.which("rsync"), "gitlab-ci-local needs rsync"
    everywhere = {
        "PBXSYNC_URL": pbx.url,
        "PBXSYNC_ALLOWED_URLS": pbx.url.split("/")[2],
        "PBXSYNC_ALLOWED_VARIABLES": "PBXSYNC_READ_KEY PBXSYNC_WRITE_KEY AI_API_KEY",
    }
    variables = {name: {"*": value} for name, value in (everywhere | PIP).items()} | {
        "PBXSYNC_READ_KEY": {"pbx-*": READ},
        "PBXSYNC_WRITE_KEY": {"pbx-apply": WRITE},
        "AI_API_KEY": {"pbx-*": SECRET},
        "REVIEW_TOKEN": {"review": TOKEN, "pbx-apply": TOKEN},
    }
    with Api() as api:
        project = GitLab(tmp_path / "gitlab", api, tools, f"{JOB}{os.pathsep}{os.environ['PATH']}", variables)
        (project.repo.path / "requirements.txt").write_text(requirements(), encoding="utf-8")
        yield project
