"""Reads the value of `--json`: a file, standard input, or the text itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from pbxsync.disk.atomic import reason
from pbxsync.errors import UsageError
from pbxsync.text.sanitize import sanitize

#: In bytes; far more than any object of the API needs.
_LONGEST: Final = 16 * 1024 * 1024


def read_json_option(value: str) -> str:
    """Return the text of `--json @FILE`, `--json -` or `--json TEXT`. Raises UsageError."""
    if value != "-" and not value.startswith("@"):
        return value
    option = f"--json {sanitize(value)}"
    if value == "@":
        raise UsageError(f"{option}: the path is empty (is a variable unset?): name a file")
    try:
        data = sys.stdin.buffer.read(_LONGEST + 1) if value == "-" else _read_limited(Path(value[1:]))
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{option}: {reason(error)}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{option}: not UTF-8") from None
    if len(data) > _LONGEST:
        raise UsageError(f"{option}: more than {_LONGEST:,} bytes")
    return text


def _read_limited(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST + 1)
