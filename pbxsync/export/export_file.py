"""The file that `export` writes. Its first line has a checksum, so a later export sees whether somebody changed it."""

from __future__ import annotations

import hashlib
import re
import stat
from typing import TYPE_CHECKING, Final

from pbxsync.disk import atomic
from pbxsync.disk.read import Unreadable, display, read_bytes
from pbxsync.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

_HEAD: Final = "# Exported by pbxsync. Once you change it, it is yours: export then leaves it alone. sha256:"
_MARK: Final = re.compile(rb"\A" + re.escape(_HEAD.encode()) + rb"([0-9a-f]{64})\n(.*)", re.DOTALL)


def marked(text: str) -> str:
    """Return an exported text after a first line with its checksum."""
    return f"{_HEAD}{hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def is_ours(content: bytes) -> bool:
    """Whether `content` is exactly what an export wrote. Line ends may be CRLF, because a checkout may change them."""
    match = _MARK.match(content.replace(b"\r\n", b"\n"))
    return match is not None and hashlib.sha256(match[2]).hexdigest().encode() == match[1]


def write_export(path: Path, text: str, *, force: bool = False) -> bool:
    """Write an exported text to `path` with its checksum and mode 0600; return whether that changed the file.

    Raises UsageError if the file cannot be written, or is not what an export wrote (unless `force`).
    """
    content = marked(text).encode()
    shown = display(str(path))
    if path.exists() and not path.is_symlink():
        try:
            present = read_bytes(str(path))
        except Unreadable as error:
            raise UsageError(f"{shown} {error}: name another file") from None
        if present == content:
            return False
        if not (force or is_ours(present)):
            state = "was changed after export wrote it" if present.startswith(_HEAD.encode()) else "is not an export"
            raise UsageError(f"{shown} {state}: export to another folder with --out, or overwrite it with --force")
    _write(path, content)
    return True


def rewrite(path: Path, content: bytes) -> None:
    """Replace the tenant file `path`, and keep its mode. Raises UsageError."""
    mode = stat.S_IMODE(path.stat().st_mode)
    _write(path, content)
    path.chmod(mode)


def _write(path: Path, content: bytes) -> None:
    try:
        atomic.write(path, content)
    except OSError as error:
        raise UsageError(f"{display(str(path))} cannot be written: {atomic.reason(error)}") from None
