"""Voice mail as typed rows.

The document shows no reply. The names of the columns are Asterisk's (guess); `columns` has all of them as text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Final

from pbxsync.pbx.replies import text as as_text
from pbxsync.pbx.replies import unrecognised
from pbxsync.pbx.shapes import ShapeError, parse
from pbxsync.text.numbers import whole_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pbxsync.pbx.body import Body
    from pbxsync.redaction.redactor import Redactor

#: The columns of MANAGEDB objects begin with the initials of their table (doc, field).
_OF_AN_OBJECT: Final = re.compile(r"[a-z]{2}_")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox: its `number`, its owner's `name`, how many `new` and `old` messages it has (None: unknown)."""

    number: str
    name: str
    new: int | None
    old: int | None
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """A message: `id` is what `voicemail_message` takes, `time` is when it was left (UTC), `seconds` its length."""

    id: str
    caller: str
    time: datetime | None
    seconds: int | None
    folder: str
    columns: Mapping[str, str]


def mailboxes(body: Body, redact: Redactor) -> tuple[Mailbox, ...]:
    """Return the mailboxes of a reply. Raises Unrecognised and Unreachable."""
    return tuple(
        Mailbox(
            number=row.get("mailbox", ""),
            name=row.get("fullname", ""),
            new=whole_number(row.get("newmessages", "")),
            old=whole_number(row.get("oldmessages", "")),
            columns=row,
        )
        for row in _rows(body, redact, "mailbox")
    )


def messages(body: Body, redact: Redactor) -> tuple[Message, ...]:
    """Return the messages of a reply. Raises Unrecognised and Unreachable."""
    return tuple(
        Message(
            id=row.get("msgid", ""),
            caller=row.get("callerid", ""),
            time=_moment(whole_number(row.get("origtime", ""))),
            seconds=whole_number(row.get("duration", "")),
            folder=row.get("folder", ""),
            columns=row,
        )
        for row in _rows(body, redact, "msgid")
    )


def _rows(body: Body, redact: Redactor, identity: str) -> list[dict[str, str]]:
    """Return the rows of a JSON reply, with every plain value as text.

    They come as an array, or as an object keyed by `identity`, which a row may then lack (guess). Raises Unrecognised, also
    for rows of another kind.
    """
    with body:
        data = body.read()
    try:
        value = parse(as_text(data, body.request, redact))
        keyed = value.items() if isinstance(value, dict) else [(None, row) for row in value]
        return [_row(row, key, identity) for key, row in keyed]
    except ShapeError as error:
        raise unrecognised(f"a reply with {error}", data, body.request, redact) from None


def _row(row: Any, key: str | None, identity: str) -> dict[str, str]:
    if not isinstance(row, dict):
        raise ShapeError("a row that is not an object")
    if any(map(_OF_AN_OBJECT.match, row)):
        raise ShapeError("a row of another kind")
    if key is None and identity not in row:
        raise ShapeError(f"a row without {identity}")
    texts = {
        name: "" if value is None else str(value) for name, value in row.items() if not isinstance(value, (dict, list))
    }
    return texts if key is None else {identity: key, **texts}


def _moment(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)
    except (OverflowError, OSError, ValueError):
        return None
