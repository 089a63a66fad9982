"""Reports to a CI: commands on standard error for GitHub, a file for GitLab."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.disk import atomic
from pbxsync.render.annotations import github, gitlab

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.cli.context import Context
    from pbxsync.model.entry import Problem

#: The name that GitLab's documentation uses for `artifacts: reports: codequality:`.
GITLAB_FILE: Final = "gl-code-quality-report.json"
_CHECKOUT: Final = {"github": "GITHUB_WORKSPACE", "gitlab": "CI_PROJECT_DIR"}


def annotate(context: Context, errors: Sequence[Problem]) -> None:
    """Report the errors of a run, the warnings that it gave before, and what its plan changes."""
    root = os.environ.get(_CHECKOUT[context.annotate], "")
    if context.annotate == "github":
        context.console.commands(github(errors, context.warnings, context.changes, root=root))
        return
    text = context.redactor(gitlab(errors, context.warnings, root=root))
    try:
        atomic.write(Path(GITLAB_FILE), text.encode())
    except OSError as error:
        context.console.warning(f"{GITLAB_FILE} cannot be written: {atomic.reason(error)}")
