"""How a run that failed ends: an error becomes a sentence on standard error, and an exit status."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pbxsync.cli.crash import report_crash
from pbxsync.cli.fold import folded
from pbxsync.errors import InputError, PbxsyncError
from pbxsync.project import find
from pbxsync.text.sanitize import truncate

if TYPE_CHECKING:
    from pbxsync.cli.context import Context


def report_failure(context: Context, error: BaseException) -> int:
    """Write an error for the user and return the exit status, which is never click's own 2."""
    console = context.console
    if isinstance(error, (KeyboardInterrupt, click.Abort)):
        console.error("interrupted")
        return 130
    if isinstance(error, InputError):
        for line in folded(error.problems, verbose=context.verbosity > 0):
            console.error(line)
        return 1
    _learn_keys(context)  # the message may quote a key from the command line before the project was read
    if isinstance(error, click.ClickException):
        # Click quotes the command line as it is; truncate makes one line of it, whatever was typed.
        message = truncate(error.format_message(), 2000)
        usage = error.ctx.get_usage() if isinstance(error, click.UsageError) and error.ctx is not None else ""
        console.error(f"{message}\n{usage}".rstrip())
    elif isinstance(error, PbxsyncError):
        if str(error):
            console.error(str(error))
    elif shortage := _shortage(error):
        console.error(shortage)
    elif isinstance(error, Exception):
        console.error(report_crash(error, context.redactor))
    return 1


def _learn_keys(context: Context) -> None:
    """Let the redactor learn the keys of the project of the working directory, if it has one that can be read."""
    with suppress(PbxsyncError, OSError):
        for key in find((), context.config, os.environ, Path.cwd()).secrets():
            context.redactor.learn(key)


def _shortage(error: BaseException) -> str:
    """Return a sentence if the system ran out of something, else nothing."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return "out of memory: allow more (ulimit -v), lower --parallel, or plan fewer tenants at a time (--shard)"
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return "the system allows no more threads: allow more threads or memory (ulimit -u, ulimit -v), or lower --parallel"
    if isinstance(error, OSError) and error.errno in {errno.EMFILE, errno.ENFILE}:
        return "too many open files: allow more (ulimit -n), or lower --parallel"
    return ""
