"""What is said when something happened that nobody expected: how to report it, with keys and sensitive values left out."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from typing import TYPE_CHECKING

from pbxsync import __version__
from pbxsync.text.sanitize import sanitize, truncate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pbxsync.redaction.redactor import Redactor


def report_crash(error: Exception, redact: Redactor) -> str:
    """Save the traceback for its owner alone and return the sentence that says where, and what to do with it.

    Where there are sensitive params, what errors say is left out, for they may quote a value; where they were raised tells
    most all the same.
    """
    text = "".join(_places(error) if redact.withhold else traceback.format_exception(error))
    said = type(error).__name__ if redact.withhold else f"{type(error).__name__}: {truncate(str(error), 2000)}"
    head = f"pbxsync {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    try:
        handle, path = tempfile.mkstemp(prefix="pbxsync-crash-", suffix=".txt")  # mode 0600, and never through a link
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(redact(head + text))
        where = f"The details are in {sanitize(path)}"
    except OSError:
        where = f"The details could not be saved: {text}"
    return (
        f"this should not have happened: {said}. {where}. Your keys are out of it; look it through for names and numbers of"
        " your customers, then report it to the maintainers of pbxsync"
    )


def _places(error: BaseException) -> Iterator[str]:
    """Yield where an error was raised, and what it came from before that, without a word of what any of them says."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _places(cause)
        yield "\nand from that:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__qualname__} (what it says is left out)\n"
