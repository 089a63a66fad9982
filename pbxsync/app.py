"""What every command gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.console import Console
    from pbxsync.model import Problem, Traffic
    from pbxsync.wire.redact import Redactor


@dataclass
class App:
    """What every command gets: the way out, the redactor, and the global options.

    It gathers what stages cost (`spent`), and the warnings of files, for the CI that `annotate` names.
    """

    console: Console
    redactor: Redactor
    config: Path | None = None
    annotate: str = "none"
    spent: list[Traffic] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def verbosity(self) -> int:
        """-1 with -q, 1 with -v, 2 with -vv."""
        return self.console.verbosity
