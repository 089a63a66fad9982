"""Writes the journal of an apply: each write before it is sent, and its outcome.

JSON lines, appended and flushed to the disk one by one, mode 0600. Kinds of lines:

    run      once per apply: version, url, plan digest, user, host, CI run, commit, actor, pull request; never a key
    before   once per write, before it is sent: action, tenant, id, old values, new values
    after    once per write: status, id, and what was read back

A `before` with no `after`: the process died and the outcome is unknown. A last line without its line break was never
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
from pbxsync.clock import now
from pbxsync.disk.atomic import reason
from pbxsync.disk.linefile import LineFile, is_there, own_folder
from pbxsync.errors import JournalError
from pbxsync.model.plan import SecretDiff, TextDiff, Update
from pbxsync.project.state import STATE_VARIABLE
from pbxsync.text.sanitize import json_text, sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from pbxsync.journal.origin import Origin
    from pbxsync.model.plan import Change, FieldDiff
    from pbxsync.model.report import Outcome

#: The major version changes when an older pbxsync could misread a journal, the minor one when keys are added.
FORMAT: Final = "1.1"
#: The first bytes of every journal.
_START: Final = b'{"kind": "run", '
#: Variables in which CI systems give the id of a run.
_CI_VARIABLES: Final = ("GITHUB_RUN_ID", "CI_PIPELINE_ID", "CI_JOB_ID", "BUILD_TAG", "BUILD_ID", "CIRCLE_WORKFLOW_ID")


class Journal:
    """An open journal. Thread safe; each line is on the disk when the call returns."""

    def __init__(self, path: Path, redact: Callable[[str], str], *, append: bool = False) -> None:
        """Create a journal; with `append`, continue one if it exists. Raises JournalError."""
        self.path = path
        self._redact = redact
        self._lock = threading.Lock()
        self._number = 0
        try:
            self._file = _open(path) if append else LineFile(path, exclusive=True)
            # The last run may have been killed in the middle of a line.
            self._file.drop_unfinished()
        except FileExistsError:
            raise _exists(path) from None
        except OSError as error:
            raise _unusable(path, error) from None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def broken(self) -> str | None:
        """Why nothing more can be written to it, None as long as it works."""
        if self._file.broken is None:
            return None
        return (
            f"the journal {sanitize(str(self.path))} cannot be written ({self._file.broken}): no further write is sent"
        )

    def run(self, url: str, plan_digest: str, origin: Origin, environ: Mapping[str, str]) -> None:
        """Write the first line of a run. Raises JournalError."""
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
                **origin._asdict(),
            }
        )

    def before(self, change: Change) -> int:
        """Write what is about to be sent, and return the number of the write.

        Raises JournalError, for example if the disk is full; then nothing may be sent.
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
                "live": change.live if isinstance(change, Update) else None,
                "diff": [_field(row) for row in change.diff],
            }
        )
        return number

    def after(self, number: int, outcome: Outcome, live: str | None, *, untouched: bool) -> None:
        """Write the outcome of a write; `live` is the fingerprint of the row that was read back, None if it was not.

        `untouched`: it is certain that the PBX did not act. Raises JournalError.
        """
        self._write(
            {
                "kind": "after",
                "n": number,
                "at": now(),
                "status": outcome.status.value,
                "id": outcome.id,
                "message": outcome.message,
                "live": live,
                "untouched": untouched,
                "stored_wrong": [
                    {"field": mismatch.field, "wanted": mismatch.wanted, "stored": mismatch.stored}
                    for mismatch in outcome.mismatches
                ],
            }
        )

    def _write(self, line: dict[str, Any]) -> None:
        # Values to write contain no key, because plans refuse those; messages and values that were read back may.
        data = self._redact(json_text(line, indent=None)).encode()
        try:
            self._file.append(data)
        except OSError:
            raise JournalError(str(self.broken)) from None


def check(path: Path, *, append: bool = False) -> None:
    """Raise JournalError if no journal can be written at `path`. Creates nothing, and changes nothing that exists."""
    try:
        exists = is_there(path)
        if exists:
            _open(path, read_only=True).close()
    except OSError as error:
        raise _unusable(path, error) from None
    if exists and not append:
        raise _exists(path)


def _open(path: Path, *, read_only: bool = False) -> LineFile:
    """Open or create the file of a journal. Raises OSError, also if it contains something else."""
    file = LineFile(path, read_only=read_only)
    first = file.first_line()
    if not (first.startswith(_START) or _START.startswith(first)):
        file.close()
        raise OSError("it is not a journal, and was left as it is")
    return file


def _exists(path: Path) -> JournalError:
    return JournalError(
        f"the journal {sanitize(str(path))} exists already: nothing was written to the PBX. Use --append to continue it, or"
        " name another one with --journal FILE"
    )


def _unusable(path: Path, error: OSError) -> JournalError:
    return JournalError(
        f"the journal {sanitize(str(path))} cannot be opened ({reason(error)}): nothing was written to the PBX. Name"
        " another one with --journal FILE, or use --no-journal"
    )


def new_path(state: Path) -> Path:
    """Return the path of a new journal in the state folder of a project: `journal/<UTC time>-<short id>.jsonl`.

    Raises JournalError if the folder cannot be used.
    """
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    try:
        return own_folder(state.parent, state.name, "journal") / f"{stamp}-{secrets.token_hex(3)}.jsonl"
    except OSError as error:
        raise JournalError(
            f"the folder {sanitize(str(state))}/journal cannot be used ({reason(error)}): nothing was written to the PBX."
            f" Set {STATE_VARIABLE} to another folder, name a journal with --journal FILE, or use --no-journal"
        ) from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return str(os.getuid())


def _field(row: FieldDiff) -> dict[str, Any]:
    """Return one field of a change; only the fingerprint of a sensitive one."""
    if isinstance(row, SecretDiff):
        return {"field": row.field, "sensitive": True, "fingerprint": row.fingerprint}
    if isinstance(row, TextDiff):
        return {"field": row.field, "old": row.before, "new": row.after}
    names = {"old": None if row.before is None else str(row.before), "new": str(row.after)}
    return {"field": row.field, **names, "old_id": row.old_value, "new_id": row.new_value}
