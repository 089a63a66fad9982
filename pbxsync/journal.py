"""The journal of an apply: what was about to be written, before it was, and what became of it.

JSON lines, appended and flushed to the disk one by one, mode 0600. Kinds of lines:

    run      once an apply: version, url, plan digest, user, host, CI run; never a key
    before   once a write, before it is sent: action, tenant, id, old values, new values
    after    once a write: status, the id, and what was read back

A write with a `before` and no `after` is open: the process was killed. A last line without its line break was never
finished and counts as not written.
"""

from __future__ import annotations

import getpass
import os
import platform
import secrets
import threading
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

from pbxsync import __version__
from pbxsync.errors import JournalError
from pbxsync.inert import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pbxsync.model import Change, FieldDiff, Outcome

FORMAT: Final = "1.0"
#: Variables by which CI systems tell which run this is.
_CI_VARIABLES: Final = ("GITHUB_RUN_ID", "CI_PIPELINE_ID", "CI_JOB_ID", "BUILD_TAG", "BUILD_ID", "CIRCLE_WORKFLOW_ID")


class Journal:
    """An open journal. Thread safe; each line is on the disk when the call returns."""

    def __init__(self, path: Path, redact: Callable[[str], str]) -> None:
        self.path = path
        self._redact = redact
        self._lock = threading.Lock()
        #: Why nothing more can be written to it, None while it works.
        self.broken: str | None = None
        self._number = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(path, flags, 0o600)
            os.fchmod(self._file, 0o600)
        except OSError as error:
            raise JournalError(
                f"the journal {path} cannot be opened ({error.strerror}): nothing was written to the PBX. Name another"
                " one with --journal FILE, or do without with --no-journal"
            ) from None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)

    def run(self, url: str, plan_digest: str, environ: Mapping[str, str]) -> None:
        """Write the first line of a run."""
        self._write(
            {
                "kind": "run",
                "journal": FORMAT,
                "at": now(),
                "pbxsync_version": __version__,
                "url": url,
                "plan": plan_digest,
                "user": _user(),
                "host": platform.node(),
                "ci_run": next((environ[name] for name in _CI_VARIABLES if environ.get(name)), None),
            }
        )

    def before(self, change: Change) -> int:
        """Write what is about to be sent and return the number of the write.

        Raises JournalError, on a full disk for one; then nothing may be sent.
        """
        with self._lock:
            self._number += 1
            number = self._number
        self._write(
            {
                "kind": "before",
                "n": number,
                "at": now(),
                "action": change.action.value,
                "tenant": change.tenant,
                "id": change.id,
                "name": change.name,
                "source": change.source,
                "live": change.live,
                "diff": [_field(row) for row in change.diff],
            }
        )
        return number

    def after(self, number: int, outcome: Outcome, live: str | None) -> None:
        """Write what became of a write; `live` fingerprints the row as it was read back, None where it was not."""
        self._write(
            {
                "kind": "after",
                "n": number,
                "at": now(),
                "status": outcome.status.value,
                "id": outcome.id,
                "message": outcome.message,
                "live": live,
                "stored_wrong": [
                    {"field": each.field, "wanted": each.wanted, "stored": each.stored} for each in outcome.mismatches
                ],
            }
        )

    def _write(self, line: dict[str, Any]) -> None:
        # No value that is written holds a key (plans refuse those); messages and what was read back may.
        data = (self._redact(json_text(line, indent=None)) + "\n").encode("utf-8", "surrogatepass")
        with self._lock:
            if self.broken is not None:
                raise JournalError(self.broken)
            size = os.fstat(self._file).st_size
            try:
                written = os.write(self._file, data)
                if written < len(data):
                    written += os.write(self._file, data[written:])
                os.fsync(self._file)
            except OSError as error:
                self._give_up(size, error)

    def _give_up(self, size: int, error: OSError) -> None:
        """Take back a line that is not whole, and let no further write begin."""
        self.broken = f"the journal {self.path} cannot be written ({error.strerror}): no further write is sent"
        try:
            os.ftruncate(self._file, size)
        except OSError:
            self.broken += "; its last line may be cut short"
        raise JournalError(self.broken) from None


def new_path(folder: Path) -> Path:
    """Return the path of a new journal in the folder of a project: `.pbxsync/journal/<UTC time>-<short id>.jsonl`."""
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    return folder / ".pbxsync" / "journal" / f"{stamp}-{secrets.token_hex(3)}.jsonl"


def now() -> str:
    """Return the time in UTC, to the millisecond, with a `Z`."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return str(os.getuid())


def _field(row: FieldDiff) -> dict[str, Any]:
    """Return one field of a change; of a sensitive one its fingerprint alone."""
    if row.sensitive:
        return {"field": row.field, "sensitive": True, "fingerprint": row.fingerprint}
    found: dict[str, Any] = {"field": row.field, "old": row.before, "new": row.after}
    if row.field == "type":
        found |= {"old_id": row.before_id, "new_id": row.after_id}
    return found
