"""Puts the problems of files where a reviewer sees them: commands on standard error for GitHub, a file for GitLab."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pbxsync.cli.context import Context
    from pbxsync.model.entry import Problem

#: The name that GitLab's own documentation uses for `artifacts: reports: codequality:`.
GITLAB_FILE: Final = "gl-code-quality-report.json"
_ROOTS: Final = {"github": "GITHUB_WORKSPACE", "gitlab": "CI_PROJECT_DIR"}


def annotate_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--annotate`, which is on by itself where the CI says what it is."""
    return click.option(
        "--annotate",
        type=click.Choice(["auto", "github", "gitlab", "none"]),
        default="auto",
        expose_value=False,
        callback=_remember,
        help=f"Show problems of files in the diff: GitHub's commands, or GitLab's {GITLAB_FILE}.",
    )(command)


def emit(app: Context, errors: Sequence[Problem]) -> None:
    """Write the annotations of a run: its errors, and the warnings that it gave on the way."""
    from pbxsync.render.annotations import github, gitlab  # noqa: PLC0415 - only where a CI wants it

    root = os.environ.get(_ROOTS[app.annotate], "")
    if app.annotate == "github":
        app.console.commands(github(errors, app.warnings, root=root))
        return
    from pbxsync.disk import atomic  # noqa: PLC0415 - as above

    text = app.redactor(gitlab(errors, app.warnings, root=root))
    try:
        atomic.write(Path(GITLAB_FILE), text.encode())
    except OSError as error:
        app.console.warning(f"{GITLAB_FILE} cannot be written: {atomic.reason(error)}")


def detected(environment: Mapping[str, str]) -> str:
    """Return which of the kinds of annotations (or `none`) the CI that runs us reads, by the variables that it sets."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "gitlab" if environment.get("GITLAB_CI") == "true" else "none"


def _remember(context: click.Context, _option: click.Parameter, value: str) -> None:
    context.obj.annotate = detected(os.environ) if value == "auto" else value
