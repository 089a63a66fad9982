"""Faults of the network: connections refused and lost, answers that are late, slow or never come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pbxsync.emulator.answer import Answer, Delivery
from pbxsync.emulator.faults.kind import Kind, in_place, instead

if TYPE_CHECKING:
    from pbxsync.emulator.faults.kind import Case, Go, Setting


def _refuse(setting: Setting, case: Case, _: Go) -> Answer:
    case.line.refuse(setting.value)
    return _RESET


def _timeout(setting: Setting, case: Case, go: Go) -> Answer:
    return in_place(Answer(status=0, wire=Delivery("hold", setting.value)), setting, case, go)


def _latency(setting: Setting, case: Case, go: Go) -> Answer:
    case.line.pause(setting.value)
    return go(case)


def _drip(setting: Setting, case: Case, go: Go) -> Answer:
    return replace(go(case), wire=Delivery("drip", setting.value))


def _cut_body(_: Setting, case: Case, go: Go) -> Answer:
    return replace(go(case), wire=Delivery("cut"))


_RESET: Final = Answer(status=0, wire=Delivery("reset"))
_CLOSE: Final = Answer(status=0, wire=Delivery("close"))

KINDS: Final = (
    Kind(
        "refuse",
        "resets the connection, unhandled, and refuses every other for so long",
        _refuse,
        unit="s",
        default=1,
    ),
    Kind("reset", "resets the connection (TCP RST) instead of an answer", instead(_RESET), moment="before"),
    Kind("close", "closes the connection without an answer", instead(_CLOSE), moment="before"),
    Kind(
        "timeout",
        "holds the connection without an answer for so long, or until the client leaves, then closes it",
        _timeout,
        unit="s",
        default=60,
        moment="before",
    ),
    Kind("latency", "answers so much later", _latency, unit="ms", default=200),
    Kind("drip", "sends the body a byte at a time with so much time between", _drip, unit="ms", default=50),
    Kind("cut-body", "closes the connection in the middle of the body", _cut_body),
)
