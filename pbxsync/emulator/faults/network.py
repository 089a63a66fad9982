"""Faults of the network: connections refused and lost, answers that are late, slow or missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pbxsync.emulator.answer import Answer, Delivery
from pbxsync.emulator.faults.base import Kind, instead, substitute

if TYPE_CHECKING:
    from pbxsync.emulator.faults.base import Exchange, Handler, Setting


def _refuse(setting: Setting, exchange: Exchange, _: Handler) -> Answer:
    exchange.connection.refuse(setting.value)
    return _RESET


def _timeout(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    return substitute(Answer(status=0, delivery=Delivery("hold", setting.value)), setting, exchange, call_next)


def _latency(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    exchange.connection.pause(setting.value)
    return call_next(exchange)


def _drip(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    return replace(call_next(exchange), delivery=Delivery("drip", setting.value))


def _cut_body(_: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    return replace(call_next(exchange), delivery=Delivery("cut"))


def _interim(setting: Setting, exchange: Exchange, call_next: Handler) -> Answer:
    return replace(call_next(exchange), delivery=Delivery("interim", setting.value))


_RESET: Final = Answer(status=0, delivery=Delivery("reset"))
_CLOSE: Final = Answer(status=0, delivery=Delivery("close"))

KINDS: Final = (
    Kind(
        "refuse",
        "resets the connection without handling the request, and refuses every other connection for this long",
        _refuse,
        unit="s",
        default=1,
    ),
    Kind("reset", "resets the connection (TCP RST) instead of an answer", instead(_RESET), moment="before"),
    Kind("close", "closes the connection without an answer", instead(_CLOSE), moment="before"),
    Kind(
        "timeout",
        "holds the connection without an answer for this long, or until the client leaves, then closes it",
        _timeout,
        unit="s",
        default=60,
        moment="before",
    ),
    Kind("latency", "answers this much later", _latency, unit="ms", default=200),
    Kind("drip", "sends the body one byte at a time with this much time between", _drip, unit="ms", default=50),
    Kind(
        "interim",
        "sends an interim answer of this status before the answer: 103 Early Hints, 102 Processing, 100 Continue",
        _interim,
        unit="",
        default=103,
    ),
    Kind("cut-body", "closes the connection in the middle of the body", _cut_body),
)
