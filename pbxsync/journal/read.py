"""Reads a journal, finished or not. It is strict, because a revert writes the values to the PBX again.

A last line without its line break was never finished and counts as not written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from pbxsync.disk.atomic import reason
from pbxsync.errors import JournalError
from pbxsync.journal.write import FORMAT
from pbxsync.kinds.custom_destination import FIELDS, is_id
from pbxsync.model.plan import Action
from pbxsync.model.report import Status
from pbxsync.text.sanitize import quote, truncate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

#: Bytes of the longest line: twenty params of 100 kB each, old and new.
_LONGEST: Final = 4 * 1024 * 1024
#: The major version of the journal format, which must be this one.
_MAJOR: Final = FORMAT.partition(".")[0]
_NAME_IT: Final = "name the .jsonl file of an apply"


@dataclass(frozen=True, slots=True)
class JournalField:
    """One field of a write: its values before and after; for `type` the numbers, and the name of the old one.

    Both values are None if the field is sensitive; `old` also if the type was unknown.
    """

    field: str
    old: str | None
    new: str | None
    old_name: str | None = None
    fingerprint: str | None = None

    @property
    def sensitive(self) -> bool:
        """Whether the journal holds only its fingerprint."""
        return self.fingerprint is not None


@dataclass(frozen=True, slots=True)
class After:
    """The outcome of a write: the object's id if it is known, and its fingerprint if it was read back.

    `untouched`: it is certain that the PBX did not act.
    """

    status: Status
    id: str | None
    live: str | None
    untouched: bool


@dataclass(frozen=True, slots=True)
class Write:
    """One write; `after` is None if the process died before the outcome was recorded.

    `plan` is the digest of the plan that its run applied.
    """

    action: Action
    tenant: str
    id: str | None
    name: str
    live: str | None
    diff: tuple[JournalField, ...]
    after: After | None = None
    plan: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class JournalContent:
    """The url that a journal is bound to, its writes in their order, and the digests of the plans of its runs."""

    url: str
    writes: tuple[Write, ...]
    plans: tuple[str | None, ...] = field(default=(), compare=False)


class _Wrong(ValueError):
    """A line does not belong to a journal."""


def read_journal(path: Path) -> JournalContent:
    """Read a journal, finished or not. Raises JournalError with the line that is wrong."""
    shown = truncate(str(path), 1000)
    url: str | None = None
    plans: list[str | None] = []
    writes: dict[tuple[int, int], Write] = {}
    for number, text in _lines(path, shown):
        try:
            line = _object(text)
            if line.get("kind") == "run":
                url = _url(line, url, shown)
                plans.append(_text_or_none(line, "plan"))
            else:
                _add_line(writes, plans, line)
        except (ValueError, RecursionError):
            raise JournalError(f"{shown}:{number}: not a line of a journal: {_NAME_IT}") from None
    if url is None:
        raise JournalError(f"{shown} contains no run: {_NAME_IT}")
    return JournalContent(url, tuple(writes.values()), tuple(plans))


def _lines(path: Path, shown: str) -> Iterator[tuple[int, bytes]]:
    """Yield the finished lines with their numbers, from 1."""
    try:
        with path.open("rb") as file:
            number = 0
            while (text := file.readline(_LONGEST)).endswith(b"\n"):
                number += 1
                yield number, text
            if len(text) >= _LONGEST:
                raise JournalError(f"{shown}:{number + 1}: longer than any line of a journal: {_NAME_IT}")
    except OSError as error:
        raise JournalError(f"the journal {shown} cannot be read: {reason(error)}") from None


def _object(text: bytes) -> dict[str, Any]:
    value = json.loads(text.decode())
    _require(isinstance(value, dict))
    line: dict[str, Any] = value
    return line


def _url(line: dict[str, Any], known: str | None, shown: str) -> str:
    version, url = _text(line, "journal"), _text(line, "url")
    if version.partition(".")[0] != _MAJOR:
        raise JournalError(f"{shown} was written by another pbxsync (journal format {quote(version)}): use that one")
    if known not in {None, url}:
        raise JournalError(f"{shown} contains runs against several PBXs: nothing was written")
    return url


def _add_line(writes: dict[tuple[int, int], Write], plans: Sequence[str | None], line: dict[str, Any]) -> None:
    """Add the line before or after a write of the last run."""
    number: Any = line.get("n")
    _require(type(number) is int and bool(plans))
    key = (len(plans), number)
    if line.get("kind") == "before":
        _require(key not in writes)
        writes[key] = replace(_before(line), plan=plans[-1])
    else:
        _require(line.get("kind") == "after" and key in writes and writes[key].after is None)
        after = After(
            Status(_text(line, "status")), _identity(line), _text_or_none(line, "live"), line.get("untouched") is True
        )
        writes[key] = replace(writes[key], after=after, id=writes[key].id or after.id)


def _before(line: dict[str, Any]) -> Write:
    action, rows = Action(_text(line, "action")), line.get("diff")
    _require(isinstance(rows, list) and bool(rows))
    diff = tuple(_field(row) for row in rows or ())
    _require(len({row.field for row in diff}) == len(diff))
    write = Write(
        action,
        _text(line, "tenant"),
        _identity(line),
        _text(line, "name"),
        _text_or_none(line, "live"),
        diff,
    )
    is_add = action is Action.ADD
    _require((write.id is None) == is_add and (write.live is None) == is_add and bool(write.tenant))
    _require(is_add or all(row.old is not None or row.sensitive or row.field == "type" for row in diff))
    return write


def _field(row: Any) -> JournalField:
    _require(isinstance(row, dict))
    field = _text(row, "field")
    _require(field in FIELDS)
    if "sensitive" in row:
        _require(row["sensitive"] is True and field != "type")  # a name is sensitive if it contained a key
        return JournalField(field, None, None, fingerprint=_text(row, "fingerprint"))
    if field == "type":
        return JournalField(field, _text_or_none(row, "old_id"), _text(row, "new_id"), _text_or_none(row, "old"))
    return JournalField(field, _text_or_none(row, "old"), _text(row, "new"))


def _identity(line: dict[str, Any]) -> str | None:
    identity = _text_or_none(line, "id")
    _require(identity is None or is_id(identity))
    return identity


def _text(line: dict[str, Any], key: str) -> str:
    value = line.get(key)
    if not isinstance(value, str):
        raise _Wrong
    return value


def _text_or_none(line: dict[str, Any], key: str) -> str | None:
    return None if line.get(key) is None else _text(line, key)


def _require(good: bool) -> None:  # noqa: FBT001 - reads as a sentence where it is called
    if not good:
        raise _Wrong
