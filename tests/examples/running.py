"""Runs the installed command in a copy of the examples, as somebody would who has just cloned them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.command import COMMAND, GUARDED_PATH, ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

BIN = COMMAND.parent
#: Variables that change what the commands do, or how make shows what it does.
_OURS = ("PBXSYNC_", "GITHUB_", "GITLAB_", "CI_", "MAKE", "MFLAGS")


def environment(**more: str) -> dict[str, str]:
    """The environment without anything that leads to a PBX, a project or a terminal of ours; the command on its path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    return kept | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1", "PYTHONPATH": GUARDED_PATH} | more


def run(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder and return what it said, whatever its exit status."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(**more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def told(folder: Path, environ: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder and return what it said, both streams as one, as a CI's log has them."""
    return subprocess.run(
        command,
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def copied(folder: Path) -> Path:
    """Copy the examples, without what was left behind by somebody who tried them in place."""
    return Path(shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns(".pbxsync")))
