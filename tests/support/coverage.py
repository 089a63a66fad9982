"""For tests that check what a process imports: measuring coverage would import more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def unmeasured(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which the coverage of a process is not measured."""
    return {name: value for name, value in environ.items() if name != "COVERAGE_PROCESS_CONFIG"}
