"""MEDIAFILE, VOICEMAIL and INFO recording: audio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.emulator import audio, demo, history
from pbxsync.emulator.answer import NOTHING, Answer, json_text, missing

if TYPE_CHECKING:
    from pbxsync.emulator.demo import Mailbox
    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request

_WAV: Final = "audio/x-wav"


def recording(request: Request, backend: Backend) -> Answer:
    """INFO recording: the audio of a dialled call or of one in the demo world's past [doc]."""
    call_id = request.text("id")
    if not call_id:
        return missing("id")
    known = any(call.id == call_id for call in backend.telephony.calls())
    if known or (backend.telephony.demo and _in_past(call_id)):
        return _audio(call_id)
    return NOTHING


def media_file(request: Request, backend: Backend) -> Answer:
    """MEDIAFILE GETAUDIO: the media file with id `objectid` [doc]. `id` is ignored [guess]."""
    if not request.text("objectid"):
        return missing("objectid")
    known = demo.MEDIA.get(request.tenant, ()) if backend.telephony.demo else ()
    return _audio(f"media-{request.text('objectid')}") if request.text("objectid") in known else NOTHING


def voicemails(request: Request, backend: Backend) -> Answer:
    """VOICEMAIL list: the mailboxes of a tenant. The shape is a guess."""
    boxes = _mailboxes(request, backend)
    if not boxes:
        return NOTHING
    return json_text(
        [
            {
                "mailbox": box.number,
                "fullname": box.name,
                "newmessages": str(sum(message.folder == "INBOX" for message in box.messages)),
                "oldmessages": str(sum(message.folder != "INBOX" for message in box.messages)),
            }
            for box in boxes
        ]
    )


def voicemail_messages(request: Request, backend: Backend) -> Answer:
    """VOICEMAIL messages: the messages of a mailbox. The shape is a guess with Asterisk's names."""
    for box in _mailboxes(request, backend):
        if box.number == request.text("mailbox"):
            return json_text(
                [
                    {
                        "msgid": message.msgid,
                        "callerid": message.callerid,
                        "origtime": str(message.time),
                        "duration": str(message.seconds),
                        "folder": message.folder,
                    }
                    for message in box.messages
                ]
            )
    return NOTHING


def voicemail_message(request: Request, backend: Backend) -> Answer:
    """VOICEMAIL message: the audio of one message [doc]."""
    for box in _mailboxes(request, backend):
        if box.number == request.text("mailbox") and request.text("msgid") in {
            message.msgid for message in box.messages
        }:
            return _audio(request.text("msgid"))
    return NOTHING


def _mailboxes(request: Request, backend: Backend) -> tuple[Mailbox, ...]:
    return demo.MAILBOXES.get(request.tenant, ()) if backend.telephony.demo else ()


def _in_past(call_id: str) -> bool:
    if call_id == demo.CALL_ID:
        return True
    calls = (cdr for tenant in demo.TENANTS for cdr in history.cdrs(tenant, history.FIRST, history.LAST))
    return any(cdr.uniqueid == call_id and cdr.answer for cdr in calls)


def _audio(name: str) -> Answer:
    attachment = ("Content-Disposition", f'attachment; filename="{name}.wav"')
    return Answer(audio.melody(name), _WAV, headers=(attachment,))
