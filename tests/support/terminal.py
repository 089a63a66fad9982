"""Runs the installed command on a terminal and records what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pexpect

from tests.support.command import COMMAND

if TYPE_CHECKING:
    from tests.support.workspace import Workspace


def on_terminal(workdir: Workspace, *arguments: str, timeout: float = 40) -> tuple[int | None, str]:
    """Return the exit status and the output, with line ends as in a file."""
    child = pexpect.spawn(
        str(COMMAND),
        list(arguments),
        cwd=str(workdir.folder),
        env={**workdir.environ, "TERM": "xterm", "COLUMNS": "100"},
        encoding="utf-8",
        dimensions=(40, 100),
        timeout=timeout,
    )
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, (child.before or "").replace("\r\n", "\n")
