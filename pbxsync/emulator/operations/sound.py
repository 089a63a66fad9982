"""MEDIAFILE, VOICEMAIL and INFO recording: what can be heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.emulator import audio, demo, history
from pbxsync.emulator.answer import NOTHING, Answer, jsonish

if TYPE_CHECKING:
    from pbxsync.emulator.demo import Mailbox
    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request

_WAV: Final = "audio/x-wav"


def recording(call: Request, world: Backend) -> Answer:
    """INFO recording: the sound of a call that was dialled here or that the demo world's past holds [doc]."""
    call_id = call.text("id")
    known = any(each.id == call_id for each in world.telephony.calls())
    if known or (world.telephony.demo and _is_past(call_id)):
        return _sound(call_id)
    return NOTHING


def media_file(call: Request, world: Backend) -> Answer:
    """MEDIAFILE GETAUDIO: the media file that `objectid` names [doc]; `id` plays no part [guess]."""
    known = demo.MEDIA.get(call.tenant, ()) if world.telephony.demo else ()
    return _sound(f"media-{call.text('objectid')}") if call.text("objectid") in known else NOTHING


def voicemails(call: Request, world: Backend) -> Answer:
    """VOICEMAIL list: the mailboxes of a tenant; the shape is a guess."""
    boxes = _mailboxes(call, world)
    if not boxes:
        return NOTHING
    return jsonish(
        [
            {
                "mailbox": box.number,
                "fullname": box.name,
                "newmessages": str(sum(each.folder == "INBOX" for each in box.messages)),
                "oldmessages": str(sum(each.folder != "INBOX" for each in box.messages)),
            }
            for box in boxes
        ]
    )


def voicemail_messages(call: Request, world: Backend) -> Answer:
    """VOICEMAIL messages: what is in a mailbox; the shape is a guess, the names are Asterisk's."""
    for box in _mailboxes(call, world):
        if box.number == call.text("mailbox"):
            return jsonish(
                [
                    {
                        "msgid": each.msgid,
                        "callerid": each.callerid,
                        "origtime": str(each.time),
                        "duration": str(each.seconds),
                        "folder": each.folder,
                    }
                    for each in box.messages
                ]
            )
    return NOTHING


def voicemail_message(call: Request, world: Backend) -> Answer:
    """VOICEMAIL message: the sound of one [doc]."""
    for box in _mailboxes(call, world):
        if box.number == call.text("mailbox") and call.text("msgid") in {each.msgid for each in box.messages}:
            return _sound(call.text("msgid"))
    return NOTHING


def _mailboxes(call: Request, world: Backend) -> tuple[Mailbox, ...]:
    return demo.MAILBOXES.get(call.tenant, ()) if world.telephony.demo else ()


def _is_past(call_id: str) -> bool:
    if call_id == demo.CALL_ID:
        return True
    calls = (cdr for tenant in demo.TENANTS for cdr in history.cdrs(tenant, history.FIRST, history.LAST))
    return any(cdr.uniqueid == call_id and cdr.answer for cdr in calls)


def _sound(name: str) -> Answer:
    attachment = ("Content-Disposition", f'attachment; filename="{name}.wav"')
    return Answer(audio.melody(name), _WAV, headers=(attachment,))
