"""The client as a process that costs a fork: what is killed is pbxsync itself, and nothing is loaded twice."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

from pbxsync.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

for _name in (
    "apply.applier",
    "commands.apply",
    "commands.revert",
    "commands.plan",
    "tenants.load",
    "render",
    "session",
):
    importlib.import_module(f"pbxsync.{_name}")
importlib.import_module("pbxsync.pbx.managedb")
importlib.import_module("pbxsync.http.transport")
importlib.import_module("deepdiff")


def main(folder: Path, environ: Mapping[str, str], words: tuple[str, ...]) -> None:
    """Run one command line in a folder, what it says in `said.txt`, and end with its status."""
    os.chdir(folder)
    os.environ.update(environ)
    said = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate((nothing, said, said)):
        os.dup2(file, number)
    status = run(words)
    sys.stdout.flush()
    os._exit(status)
