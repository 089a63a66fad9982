"""Arguments, options and their types that several commands share."""

from __future__ import annotations

import importlib
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from pbxsync.cli.global_options import PathType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


#: All paths of commands.
PATH: Final = PathType(path_type=Path)


class Number(click.FloatRange):
    """A number in a range. Click accepts NaN in every range, because every comparison with NaN is false."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number. Raises click.BadParameter."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"'{value}' is not a number.", param, ctx)
        return number


def completed_by(name: str) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return a callback for `shell_complete` that loads `pbxsync.cli.completion` only when somebody completes a word."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        offered: list[str] = getattr(importlib.import_module("pbxsync.cli.completion"), name)(ctx, param, incomplete)
        return offered

    return complete


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep the value of an option in the attribute of the context that has the name of the option."""
    setattr(ctx.obj, str(param.name), value)


def recognised_ci(environment: Mapping[str, str]) -> str:
    """Return whose annotations the CI reads, by the variables that it sets: `github`, `gitlab`, or `none`."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return "github"
    return "gitlab" if environment.get("GITLAB_CI") == "true" else "none"


def _annotate(ctx: click.Context, _: click.Parameter, value: str) -> None:
    ctx.obj.annotate = recognised_ci(os.environ) if value == "auto" else value


PATHS: Final = click.Argument(["paths"], nargs=-1, type=PATH)
TENANTS: Final = click.Option(
    ["--tenant", "tenants"],
    multiple=True,
    metavar="GLOB",
    help="Only tenants that match; repeatable.",
    shell_complete=completed_by("tenants"),
)
PLAN_FORMAT: Final = click.Option(
    ["--format", "fmt"],
    default="text",
    metavar="text|short|json|markdown|html",
    help="Format of the plan.",
    shell_complete=completed_by("formats"),
)
PLAN_VIEW: Final = click.Option(
    ["--view"],
    type=click.Choice(["auto", "tenants", "changes"]),
    default="auto",
    show_default=True,
    help="Show the plan by tenant, or equal changes once. auto: the shorter way, if there are many.",
)
#: Tells the comments of several projects on one request apart.
MARKER: Final = click.Option(
    ["--marker"],
    default="",
    metavar="NAME",
    help="Name of the project in the hidden first line of --format markdown.",
)
#: A comment has no room for all of a big plan.
ARTIFACT: Final = click.Option(
    ["--artifact"],
    default="",
    metavar="URL|NAME",
    help="Where CI keeps the whole plan; --format markdown links or names it.",
)
TEXT_OR_JSON: Final = click.Option(
    ["--format", "fmt"],
    default="text",
    metavar="text|json",
    help="Format of the output.",
    shell_complete=completed_by("formats"),
)
#: Shows problems of files in the diff of a pull or merge request. On by default if the CI can be recognised.
ANNOTATE: Final = click.Option(
    ["--annotate"],
    type=click.Choice(["auto", "github", "gitlab", "none"]),
    default="auto",
    expose_value=False,
    callback=_annotate,
    help="Report problems of files, and what a plan changes, to the CI, which shows them in the diff.",
)
#: What bounds requests: for commands that send one request at a time.
REQUEST: Final = (
    click.Option(
        ["--timeout"],
        type=Number(0.1, 3600),
        metavar="SECONDS",
        expose_value=False,
        callback=_keep,
        help="Timeout of a request (default: project file, or 30).",
    ),
    click.Option(
        ["--retries"],
        type=click.IntRange(1, 100),
        metavar="N",
        expose_value=False,
        callback=_keep,
        help="Attempts per read (default: project file, or 4).",
    ),
)
#: The same for commands that send several requests at a time.
REQUESTS: Final = (
    click.Option(
        ["--parallel"],
        type=click.IntRange(1, 256),
        default=8,
        show_default=True,
        metavar="N",
        expose_value=False,
        callback=_keep,
        help="Requests in flight.",
    ),
    *REQUEST,
)
