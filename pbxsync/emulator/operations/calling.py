"""DIAL, AGENT and COUNTCALLS: what happens on the PBX now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.emulator.answer import NOTHING, Answer, jsonish, text
from pbxsync.emulator.telephony import Pause

if TYPE_CHECKING:
    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request


def dial(call: Request, world: Backend) -> Answer:
    """DIAL: rings source, then dest; answers with the id of the call [doc]."""
    source, dest = call.text("source"), call.text("dest")
    if not source or not dest:
        return NOTHING
    name, _, value = call.text("var").partition("=")
    variables = {f"{call.tenant}-{name}": value} if name else {}
    call_id = world.telephony.dial(call.tenant, source, dest, call.text("account"), variables)
    return text(f"Success|Originate successfully queued|{call_id}|", committed=True)


def pause(call: Request, world: Backend) -> Answer:
    """AGENT PAUSE: the agent takes no calls of that queue [doc]; the words of the answer are Asterisk's [guess]."""
    queue, extension = call.text("queue"), call.text("extension")
    if not queue or not extension:
        return NOTHING
    world.telephony.pause(Pause(call.tenant, queue, extension, call.text("pausereason")))
    return text("Success|Interface paused successfully|", committed=True)


def unpause(call: Request, world: Backend) -> Answer:
    """AGENT UNPAUSE [vendor]."""
    queue, extension = call.text("queue"), call.text("extension")
    if not queue or not extension:
        return NOTHING
    world.telephony.unpause(call.tenant, queue, extension)
    return text("Success|Interface unpaused successfully|", committed=True)


def list_queues(call: Request, world: Backend) -> Answer:
    """AGENT LISTQUEUES [vendor]: the queues where an agent is paused, and why; the shape is a guess."""
    extension = call.text("extension")
    return jsonish(
        [
            {"queue": each.queue, "extension": each.extension, "paused": "1", "pausereason": each.reason}
            for each in world.telephony.pauses(call.tenant)
            if each.extension == extension
        ]
    )


def count_calls(_: Request, world: Backend) -> Answer:
    """COUNTCALLS: how many calls are running on the whole PBX, as a plain number [guess]."""
    return text(str(world.telephony.running()))
