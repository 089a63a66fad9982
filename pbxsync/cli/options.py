"""What several commands share: options, and how paths and options become a project and its limits."""

from __future__ import annotations

import errno
import math
import os
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from pbxsync.cli import completion
from pbxsync.errors import PbxsyncError, UsageError
from pbxsync.model.entry import SHORTEST_KEY
from pbxsync.project import Project, find
from pbxsync.text.sanitize import truncate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxsync.cli.context import Context
    from pbxsync.model.entry import Problem
    from pbxsync.session import Limits
    from pbxsync.tenants.desired import Desired

_ENDINGS: Final = (".yaml", ".yml")


class Named(click.Path):
    """A path that the system can look at: of a name that is too long it tells nothing, not even that it is not there."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path that was typed. Raises click.BadParameter."""
        path = super().convert(value, param, ctx)
        try:
            os.lstat(path)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                self.fail(f"'{truncate(str(value), 40)}' is too long for the name of a file.", param, ctx)
        return path


paths_argument = click.argument("paths", nargs=-1, type=Named())
tenant_option = click.option(
    "--tenant",
    "tenants",
    multiple=True,
    metavar="GLOB",
    help="Only tenants that match; may be repeated.",
    shell_complete=completion.tenants,
)
format_option = click.option(
    "--format",
    "fmt",
    default="text",
    metavar="text|json|markdown|html",
    help="How to show the plan.",
    shell_complete=completion.formats,
)


class Amount(click.FloatRange):
    """A number in a range. Click lets NaN into every one, for no comparison says that it is outside."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number that was typed. Raises click.BadParameter."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"'{value}' is no number.", param, ctx)
        return number


class Bounds(NamedTuple):
    """The options that bound requests: how many at a time, and of each what the project file decides where it is None."""

    parallel: int
    timeout: float | None
    retries: int | None


def request_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that bound requests, which the command takes together as `bounds`."""
    parallel = click.option(
        "--parallel", type=click.IntRange(1, 256), default=8, show_default=True, help="Requests in flight."
    )
    return _patience(parallel(_bounded(command)))


def patience_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that bound the requests of a command which sends one at a time, as `bounds`."""
    return _patience(_bounded(command))


def _bounded(command: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def bounded(*given: Any, timeout: float | None, retries: int | None, parallel: int = 1, **others: Any) -> Any:
        return command(*given, bounds=Bounds(parallel, timeout, retries), **others)

    return bounded


def _patience(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option(
            "--timeout", type=Amount(0.1, 3600), metavar="SECONDS", help="For one request; else the project's, or 30."
        ),
        click.option(
            "--retries", type=click.IntRange(1, 100), metavar="N", help="Tries of a read; else the project's, or 4."
        ),
    ):
        command = option(command)
    return command


def project_of(app: Context, paths: Sequence[Path] = (), *, kept: bool = False) -> Project:
    """Find the project, and let the redactor learn every key that it knows.

    With `kept` the paths are plans or a journal, which may be kept outside of any project: then that of the working
    directory is meant.
    """
    here = _working_directory()
    project = find(paths, app.config, os.environ, here)
    if kept and project.file is None:
        project = find((), app.config, os.environ, here)
    for key in project.secrets():
        app.redactor.learn(key)
        if len(key.reveal()) < SHORTEST_KEY:
            app.console.warning(
                f"a key has fewer than {SHORTEST_KEY} characters: too few to keep it out of what is shown"
            )
    app.redactor.withhold = any(rules.sensitive for rules in project.types.values())
    return project


def _working_directory() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise UsageError("the working directory is not there any more: change to one that is") from None


def learn_keys(app: Context) -> None:
    """Let the redactor learn the keys of the project here, as far as there is one that can be read."""
    with suppress(PbxsyncError, OSError):
        for key in find((), app.config, os.environ, Path.cwd()).secrets():
            app.redactor.learn(key)


def limits_of(app: Context, project: Project, bounds: Bounds) -> Limits:
    """Return what bounds requests: an option, else the project file, else the default. With -vv each is told of."""
    trace = app.console.note if app.verbosity > 1 else None
    from pbxsync.session import Limits  # noqa: PLC0415 - `validate` sends nothing

    return Limits(bounds.timeout or project.timeout, bounds.retries or project.retries, bounds.parallel, trace)


def split_paths(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return tenant paths (folders and `.yaml`/`.yml` files) and saved plans (all other files)."""
    plans = tuple(path for path in paths if path.suffix not in _ENDINGS and not path.is_dir())
    return tuple(path for path in paths if path not in plans), plans


def only_tenant_paths(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the paths where all are tenant files or folders. Raises UsageError."""
    found, plans = split_paths(paths)
    if plans:
        shown = truncate(str(plans[0]), 1000)
        raise UsageError(
            f"{shown} is no folder and does not end in .yaml or .yml: a saved plan can be shown or applied only"
            if plans[0].exists()
            else f"{shown}: there is no such file or folder"
        )
    return found


def check_out(out: Path | None) -> None:
    """Raise UsageError, before any request, where no plan could be saved or it would be taken for a tenant file."""
    if out is None:
        return
    if out.suffix in _ENDINGS:
        raise UsageError(
            f"--out {truncate(str(out), 1000)}: a saved plan may not end in .yaml or .yml, as tenant files do: name it"
            " otherwise"
        )
    check_place(out)


def check_place(out: Path) -> None:
    """Raise UsageError, before any request, where `--out` names what no file can be put at."""
    from pbxsync.disk import atomic  # noqa: PLC0415 - only with --out

    try:
        atomic.check(out)
    except OSError as error:
        raise UsageError(f"--out {truncate(str(out), 1000)}: {atomic.reason(error)}") from None


def load_desired(app: Context, project: Project, paths: Sequence[Path], tenants: Sequence[str]) -> Desired:
    """Load the tenant files and pass their warnings on."""
    from pbxsync.tenants.load import load  # noqa: PLC0415 - yaml, which --help must not pay for

    desired = load(paths or project.tenants, project, tenants)
    warn(app, desired.warnings)
    return desired


def warn(app: Context, warnings: Sequence[Problem]) -> None:
    """Pass warnings of files on, to the CI that annotates them too."""
    app.warnings += warnings
    for warning in warnings:
        app.console.warning(str(warning))


def check_format(fmt: str, formats: Sequence[str]) -> None:
    """Raise UsageError for a format that there is not."""
    from pbxsync.text.words import did_you_mean  # noqa: PLC0415 - only a mistake needs it

    if fmt not in formats:
        raise UsageError(
            f"there is no format '{truncate(fmt)}'{did_you_mean(fmt, formats)}: there are {', '.join(formats)}"
        )
