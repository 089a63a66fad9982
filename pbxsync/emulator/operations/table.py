"""The table of operations, and HELP, which lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.emulator.answer import HTML, Answer
from pbxsync.emulator.operations import calling, managedb, reports, sound
from pbxsync.emulator.operations.base import Operation

if TYPE_CHECKING:
    from pbxsync.emulator.dialect import Dialect
    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request


def help_text(_: Request, backend: Backend) -> Answer:
    """HELP: the syntax of every operation [vendor], as HTML [field]."""
    lines = ["<pre>", "PBXCloud API - Syntax", ""]
    for (reqtype, obj, action), operation in OPERATIONS.items():
        if action == "DELETE" and backend.dialect.delete == "no":
            continue
        selector = f"info={action}" if reqtype == "INFO" else f"action={action}"
        words = [f"reqtype={reqtype}", f"object={obj}" if obj else "", selector if action else "", operation.syntax]
        lines.append(" ".join(filter(None, words)))
    return Answer("\n".join([*lines, "</pre>", ""]).encode(), HTML)


OPERATIONS: Final[dict[tuple[str, str, str], Operation]] = {
    ("MANAGEDB", "CUSTOMTYPES", "LIST"): Operation(managedb.list_types, "tenant"),
    ("MANAGEDB", "CUSTOM", "LIST"): Operation(managedb.list_destinations, "tenant"),
    ("MANAGEDB", "CUSTOM", "GET"): Operation(managedb.get_destination, "tenant objectid"),
    ("MANAGEDB", "CUSTOM", "ADD"): Operation(managedb.add_destination, "tenant jsondata(POST)", writes=True),
    ("MANAGEDB", "CUSTOM", "UPDATE"): Operation(
        managedb.update_destination, "tenant objectid jsondata(POST)", writes=True
    ),
    ("MANAGEDB", "CUSTOM", "DELETE"): Operation(managedb.delete_destination, "tenant objectid", writes=True),
    ("DIAL", "", ""): Operation(calling.dial, "tenant source dest [account] [var] [format]", writes=True),
    ("AGENT", "", "PAUSE"): Operation(calling.pause, "tenant queue extension [pausereason]", writes=True),
    ("AGENT", "", "UNPAUSE"): Operation(calling.unpause, "tenant queue extension", writes=True),
    ("AGENT", "", "LISTQUEUES"): Operation(calling.list_queues, "tenant extension"),
    ("MEDIAFILE", "", "GETAUDIO"): Operation(sound.media_file, "tenant objectid"),
    ("VOICEMAIL", "", "LIST"): Operation(sound.voicemails, "tenant"),
    ("VOICEMAIL", "", "MESSAGES"): Operation(sound.voicemail_messages, "tenant mailbox"),
    ("VOICEMAIL", "", "MESSAGE"): Operation(sound.voicemail_message, "tenant mailbox msgid"),
    ("COUNTCALLS", "", ""): Operation(calling.count_calls, "", needs_tenant=False),
    ("INFO", "", "RECORDING"): Operation(sound.recording, "id", needs_tenant=False),
    ("INFO", "", "CDRS"): Operation(reports.cdrs, "tenant start end [phone] [format]"),
    ("INFO", "", "QUEUELOGS"): Operation(reports.queue_logs, "tenant start end [format]"),
    ("HELP", "", ""): Operation(help_text, "", needs_tenant=False),
}
"""Operations by reqtype, object and action (or info)."""


def find(reqtype: str, obj: str, action: str, dialect: Dialect) -> Operation | None:
    """The operation of that name, None if a PBX of this dialect has none."""
    if action == "DELETE" and dialect.delete == "no":
        return None
    if obj in {"CUSTOMTYPE", "CUSTOMTYPES"}:
        obj = "CUSTOMTYPES" if dialect.types_object in {obj.lower(), "both"} else ""
    return OPERATIONS.get((reqtype, obj, action))
