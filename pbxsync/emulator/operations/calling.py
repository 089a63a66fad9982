"""DIAL, AGENT and COUNTCALLS: present calls and agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.emulator.answer import Answer, json_text, missing, text
from pbxsync.emulator.telephony import Pause

if TYPE_CHECKING:
    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request


def dial(request: Request, backend: Backend) -> Answer:
    """DIAL: rings source, then dest. Answers with the id of the call, as text [doc] or JSON [field]."""
    source, dest = request.text("source"), request.text("dest")
    if not source or not dest:
        return _dialled(request, "Error", f"No {'dest' if source else 'source'} specified", "")
    name, _, value = request.text("var").partition("=")
    variables = {f"{request.tenant}-{name}": value} if name else {}
    call_id = backend.telephony.dial(request.tenant, source, dest, request.text("account"), variables)
    return _dialled(request, "Success", "Originate successfully queued", call_id)


def _dialled(request: Request, response: str, message: str, call_id: str) -> Answer:
    """The reply to DIAL. A refusal in JSON has "Response": "Error" [field]; its other words are a guess."""
    committed = bool(call_id)
    if request.word("format") != "JSON":
        return text(f"{response}|{message}|{call_id}|", committed=committed)
    fields = {"Response": response, "Message": message}
    return json_text({**fields, "ID": call_id} if call_id else fields, committed=committed)


def pause(request: Request, backend: Backend) -> Answer:
    """AGENT PAUSE: the agent gets no calls of that queue [doc]. The answer uses Asterisk's words [guess]."""
    queue, extension = request.text("queue"), request.text("extension")
    if not queue or not extension:
        return missing("queue" if extension else "extension")
    backend.telephony.pause(Pause(request.tenant, queue, extension, request.text("pausereason")))
    return text("Success|Interface paused successfully|", committed=True)


def unpause(request: Request, backend: Backend) -> Answer:
    """AGENT UNPAUSE [vendor]."""
    queue, extension = request.text("queue"), request.text("extension")
    if not queue or not extension:
        return missing("queue" if extension else "extension")
    backend.telephony.unpause(request.tenant, queue, extension)
    return text("Success|Interface unpaused successfully|", committed=True)


def list_queues(request: Request, backend: Backend) -> Answer:
    """AGENT LISTQUEUES [vendor]: the queues in which an agent is paused, and why. The shape is a guess."""
    extension = request.text("extension")
    if not extension:
        return missing("extension")
    return json_text(
        [
            {"queue": pause.queue, "extension": pause.extension, "paused": "1", "pausereason": pause.reason}
            for pause in backend.telephony.pauses(request.tenant)
            if pause.extension == extension
        ]
    )


def count_calls(_: Request, backend: Backend) -> Answer:
    """COUNTCALLS: the number of running calls on the whole PBX, as plain text [guess]."""
    return text(str(backend.telephony.running()))
