"""The message for an error that nobody expected, and the report that it names."""

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


def report_crash(error: Exception, redactor: Redactor) -> str:
    """Save the traceback in a file for its owner alone, and return a message that names the file and the next step.

    If the project has sensitive params, the texts of errors are left out because they may quote a value.
    """
    if redactor.withhold:
        details, summary = "".join(_without_texts(error)), type(error).__name__
    else:
        details = "".join(traceback.format_exception(error))
        summary = f"{type(error).__name__}: {truncate(str(error), 2000)}"
    head = f"pbxsync {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    try:
        handle, path = tempfile.mkstemp(prefix="pbxsync-crash-", suffix=".txt")  # mode 0600, never through a link
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(redactor(head + details))
        saved = f"The details are in {sanitize(path)}"
    except OSError:
        saved = f"The details could not be saved: {details}"
    return (
        f"this should not have happened: {summary}. {saved}. They contain no keys, but may contain customer names and"
        " numbers: check before sending. Please report this bug, with the details, in the repository that your copy of"
        " pbxsync came from"
    )


def _without_texts(error: BaseException) -> Iterator[str]:
    """Yield the traceback of an error and of its causes, without the text of any of them."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _without_texts(cause)
        yield "\nThat led to:\n\n"
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__qualname__} (text withheld)\n"
