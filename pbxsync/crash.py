"""What is said when something happened that nobody expected: how to report it, with the key already out."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from typing import TYPE_CHECKING

from pbxsync import __version__

if TYPE_CHECKING:
    from collections.abc import Callable


def report(error: Exception, redact: Callable[[str], str]) -> str:
    """Save the traceback for its owner alone and return the sentence that says where, and what to do with it."""
    text = "".join(traceback.format_exception(error))
    head = f"pbxsync {__version__}, Python {platform.python_version()}, {platform.platform()}\n\n"
    try:
        handle, path = tempfile.mkstemp(prefix="pbxsync-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(redact(head + text))
        where = f"The details are in {path}"
    except OSError:
        where = f"The details could not be saved: {text}"
    return (
        f"this should not have happened: {type(error).__name__}: {error}. {where}. Your keys are out of it; look it"
        " through for names and numbers of your customers, then report it to the maintainers of pbxsync"
    )
