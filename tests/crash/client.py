"""The command in a process that costs only a fork, for tests that kill it: nothing is imported twice."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys
from typing import TYPE_CHECKING

from pbxsync.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from tests.support.workspace import Workspace

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

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


def start_client(workspace: Workspace, *words: str) -> BaseProcess:
    """Start the command in a workspace; what it writes goes to `output.txt` there."""
    process = _FORKS.Process(target=_main, args=(workspace.folder, dict(workspace.environ), words))
    process.start()
    return process


def run_client(workspace: Workspace, *words: str) -> int:
    """Run the command to its end and return its status."""
    process = start_client(workspace, *words)
    process.join(60)
    assert process.exitcode is not None, "it hangs"
    return process.exitcode


def output(workspace: Workspace) -> str:
    """Return all that the clients in a workspace wrote."""
    return (workspace.folder / "output.txt").read_text(encoding="utf-8")


def _main(folder: Path, environ: Mapping[str, str], words: tuple[str, ...]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    written = os.open("output.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in enumerate((nothing, written, written)):
        os.dup2(file, number)
    status = run(words)
    sys.stdout.flush()
    os._exit(status)
