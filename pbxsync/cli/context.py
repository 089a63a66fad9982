"""What every command gets."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pbxsync.cli.console import Console
    from pbxsync.model.entry import Problem
    from pbxsync.model.plan import Change
    from pbxsync.model.report import Traffic
    from pbxsync.redaction.redactor import Redactor


class Context:
    """The console, and the options that are common to several commands. It collects what the end of a run reports.

    `timeout` (seconds) and `retries` are None unless an option gives them. `annotate` is the CI that reads annotations of
    problems in files: `github`, `gitlab` or `none`. `spent` is the traffic of the stages so far, `warnings` those of files,
    `changes` those of the plan that was shown.
    """

    def __init__(self) -> None:
        self.config: Path | None = None
        self.timeout: float | None = None
        self.retries: int | None = None
        self.parallel = 1
        self.annotate = "none"
        self.spent: list[Traffic] = []
        self.warnings: list[Problem] = []
        self.changes: Sequence[Change] = ()

    @cached_property
    def console(self) -> Console:
        """The only way to the terminal."""
        from pbxsync.cli.console import open_console  # noqa: PLC0415 - --help and --version do without it

        return open_console()

    @property
    def redactor(self) -> Redactor:
        """Removes keys from all output."""
        return self.console.redactor

    @property
    def verbosity(self) -> int:
        """-1 with -q, 1 with -v, 2 with -vv."""
        return self.console.verbosity
