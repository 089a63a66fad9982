"""What every command gets."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.cli.console import Console
    from pbxsync.model.entry import Problem
    from pbxsync.model.report import Traffic
    from pbxsync.redaction.redactor import Redactor

#: What every project takes keys from; they are known before it is, so that a mistake on the command line shows none.
_KEYS = ("PBXSYNC_READ_KEY", "PBXSYNC_WRITE_KEY")


class Context:
    """What every command gets: the way out, the redactor, and the global options.

    It gathers what stages cost (`spent`), and the warnings of files, for the CI that `annotate` names.
    """

    def __init__(self) -> None:
        self.config: Path | None = None
        self.annotate = "none"
        self.spent: list[Traffic] = []
        self.warnings: list[Problem] = []

    @cached_property
    def redactor(self) -> Redactor:
        """What takes the keys out of all that is shown: those of the environment at once, a project's when it is read."""
        from pbxsync.model.entry import Secret  # noqa: PLC0415 - --help must not pay for it
        from pbxsync.redaction.redactor import Redactor  # noqa: PLC0415 - as above

        return Redactor(Secret(os.environ[name]) for name in _KEYS if os.environ.get(name))

    @cached_property
    def console(self) -> Console:
        """The way out."""
        from pbxsync.cli.console import Console  # noqa: PLC0415 - --help must not pay for it

        return Console(self.redactor)

    @property
    def verbosity(self) -> int:
        """-1 with -q, 1 with -v, 2 with -vv."""
        return self.console.verbosity


def columns() -> int:
    """Return how wide the terminal is, 80 where there is none: as `shutil` does it, whose import --help must not pay."""
    told = os.environ.get("COLUMNS", "")
    if told.isascii() and told.isdigit() and int(told):
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80 if sys.__stdout__ else 80
    except (OSError, ValueError):
        return 80
