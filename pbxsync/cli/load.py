"""From the command line to values: the project, what bounds its requests, and the desired state of its files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.cli.fold import folded
from pbxsync.errors import UsageError
from pbxsync.model.entry import SHORTEST_KEY
from pbxsync.project import find
from pbxsync.tenants.load import load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.cli.context import Context
    from pbxsync.model.entry import Problem
    from pbxsync.project import Project
    from pbxsync.tenants.desired import Desired


def load_project(context: Context, paths: Sequence[Path] = (), *, fallback: Sequence[Path] | None = None) -> Project:
    """Find the project and let the redactor learn all its keys.

    It is the one above `paths`, else the one above `fallback`. Empty paths stand for the working directory.
    """
    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise UsageError("the working directory no longer exists: change to one that does") from None
    project = find(paths, context.config, os.environ, here)
    if fallback is not None and project.file is None:
        project = find(fallback, context.config, os.environ, here)
    for key in project.secrets():
        context.redactor.learn(key)
        if len(key.reveal()) < SHORTEST_KEY:
            context.console.warning(
                f"a key has fewer than {SHORTEST_KEY} characters, too few to hide it in the output: use a longer key"
            )
    context.redactor.withhold = any(rules.sensitive for rules in project.types.values())
    return project


def load_desired(context: Context, project: Project, paths: Sequence[Path], tenants: Sequence[str]) -> Desired:
    """Load the tenant files and report their warnings."""
    desired = load(paths, project, tenants, with_checks=True)
    warn(context, desired.warnings)
    return desired


def warn(context: Context, warnings: Sequence[Problem]) -> None:
    """Show warnings about files, and keep them for the annotations of a CI."""
    context.warnings += warnings
    for line in folded(warnings, verbose=context.verbosity > 0):
        context.console.warning(line)
