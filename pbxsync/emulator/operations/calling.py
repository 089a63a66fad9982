"""DIAL, AGENT and COUNTCALLS: present calls and agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.emulator.answer import NOTHING, Answer, json_text, text
from pbxsync.emulator.telephony import Pause

if TYPE_CHECKING:
    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request


def dial(request: Request, backend: Backend) -> Answer:
    """DIAL: rings source, then dest; answers with the id of the call [doc]."""
    source, dest = request.text("source"), request.text("dest")
    if not source or not dest:
        return NOTHING
    name, _, value = request.text("var").partition("=")
    variables = {f"{request.tenant}-{name}": value} if name else {}
    call_id = backend.telephony.dial(request.tenant, source, dest, request.text("account"), variables)
    return text(f"Success|Originate successfully queued|{call_id}|", committed=True)


def pause(request: Request, backend: Backend) -> Answer:
    """AGENT PAUSE: the agent gets no calls of that queue [doc]. The answer uses Asterisk's words [guess]."""
    queue, extension = request.text("queue"), request.text("extension")
    if not queue or not extension:
        return NOTHING
    backend.telephony.pause(Pause(request.tenant, queue, extension, request.text("pausereason")))
    return text("Success|Interface paused successfully|", committed=True)


def unpause(request: Request, backend: Backend) -> Answer:
    """AGENT UNPAUSE [vendor]."""
    queue, extension = request.text("queue"), request.text("extension")
    if not queue or not extension:
        return NOTHING
    backend.telephony.unpause(request.tenant, queue, extension)
    return text("Success|Interface unpaused successfully|", committed=True)


def list_queues(request: Request, backend: Backend) -> Answer:
    """AGENT LISTQUEUES [vendor]: the queues in which an agent is paused, and why. The shape is a guess."""
    extension = request.text("extension")
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
