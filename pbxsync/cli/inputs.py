"""Text that an option takes from a file, from the standard input, or as it stands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from pbxsync.disk.atomic import reason
from pbxsync.errors import UsageError
from pbxsync.text.sanitize import sanitize

#: Enough for the fields of any object that there is; in bytes.
_LONGEST: Final = 16 * 1024 * 1024


def json_given(written: str) -> str:
    """Return the text that `--json @FILE`, `--json -` or `--json TEXT` means. Raises UsageError."""
    if written != "-" and not written.startswith("@"):
        return written
    where = f"--json {sanitize(written)}"
    try:
        data = sys.stdin.buffer.read(_LONGEST + 1) if written == "-" else _beginning(Path(written[1:]))
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{where}: {reason(error)}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{where}: it is not UTF-8") from None
    if len(data) > _LONGEST:
        raise UsageError(f"{where}: more than {_LONGEST:,} bytes")
    return text


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST + 1)
