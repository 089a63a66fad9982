"""Where a project keeps what its runs leave: the lock and the journals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from pbxsync.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Names another folder, for a checkout that is read-only or thrown away after the run.
STATE_VARIABLE: Final = "PBXSYNC_STATE_DIR"


def state_folder(root: Path, environ: Mapping[str, str]) -> Path:
    """Return the state folder of the project in `root`, whether it exists or not. Raises UsageError."""
    named = environ.get(STATE_VARIABLE)
    if named is None:
        return root / ".pbxsync"
    if not named:
        raise UsageError(f"{STATE_VARIABLE} is empty: name a folder, or unset it")
    return Path(named).resolve()
