"""The demo world's past: the calls and the queue log of 2017. Each day's date seeds its calls, so they never change.

The API document requests the CDRs of January and the queue log of October to December of that year.
"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.emulator import demo
from pbxsync.emulator.telephony import CALL_SECONDS, Call, QueueEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST: Final = date(2017, 1, 1)
LAST: Final = date(2017, 12, 31)
QUEUE: Final = "281"
"""The queue in which the API document pauses an agent."""

_CALLERS: Final = (
    ("+4533990101", "Hansen, Ole"),
    ("+4586990202", 'Bageriet "Kringlen"'),
    ("+4570990303", "Sønderborg Tømrer"),
    ("+4520990404", ""),
)
_AGENTS: Final = ("102", "103", "104")


class Cdr(NamedTuple):
    """One past call. start and answer are in UTC; answer is None if nobody answered. seconds is its length."""

    tenant: str
    uniqueid: str
    number: int
    source: str
    name: str
    dest: str
    start: datetime
    answer: datetime | None
    seconds: int
    direction: str
    did: str

    @property
    def disposition(self) -> str:
        """Asterisk's term for the outcome."""
        return "ANSWERED" if self.answer else "NO ANSWER"


def cdrs(tenant: str, first: date, last: date) -> Iterator[Cdr]:
    """A demo tenant's calls from `first` up to but excluding `last` [guess]. Other tenants have no past."""
    if tenant in demo.TENANTS:
        for day in _days(first, last):
            yield from _calls_of(tenant, day)


def queue_log(tenant: str, first: date, last: date) -> Iterator[QueueEvent]:
    """The entries of the queue log that those calls left."""
    for cdr in cdrs(tenant, first, last):
        if cdr.direction == "IN":
            at = cdr.start.timestamp()
            yield QueueEvent(at, tenant, QUEUE, "NONE", "ENTERQUEUE", f"|{cdr.source}|1")
            if cdr.answer:
                waited = int((cdr.answer - cdr.start).total_seconds())
                agent = f"{cdr.dest}-{tenant}"
                yield QueueEvent(at + waited, tenant, QUEUE, agent, "CONNECT", f"{waited}|{cdr.uniqueid}|{waited}")
                yield QueueEvent(at + cdr.seconds, tenant, QUEUE, agent, "COMPLETECALLER", f"{waited}|{cdr.seconds}|1")
            else:
                yield QueueEvent(at + cdr.seconds, tenant, QUEUE, "NONE", "ABANDON", f"1|1|{cdr.seconds}")


def of_dialled(call: Call) -> Cdr:
    """The CDR of a call that DIAL queued: answered at once, CALL_SECONDS long."""
    start = datetime.fromtimestamp(call.started, timezone.utc)
    return Cdr(call.tenant, call.id, 0, call.source, "", call.dest, start, start, CALL_SECONDS, "OUT", "")


def _days(first: date, last: date) -> Iterator[date]:
    day = max(first, FIRST)
    while day < last and day <= LAST:
        yield day
        day += timedelta(days=1)


def _calls_of(tenant: str, day: date) -> list[Cdr]:
    dice = random.Random(f"{tenant}{day}")  # noqa: S311 -- must be reproducible
    moments = sorted(dice.randrange(8 * 3600, 17 * 3600) for _ in range(dice.randrange(2, 7)))
    return [_call(tenant, day, place, moment, dice) for place, moment in enumerate(moments, 1)]


def _call(tenant: str, day: date, place: int, moment: int, dice: random.Random) -> Cdr:
    start = datetime.combine(day, time(), timezone.utc) + timedelta(seconds=moment)
    caller, agent, inbound = dice.choice(_CALLERS), dice.choice(_AGENTS), dice.random() < 0.6
    rings, talk, answered = dice.randrange(2, 25), dice.randrange(5, 600), dice.random() < 0.8
    number = list(demo.TENANTS).index(tenant) * 100_000 + (day - FIRST).days * 10 + place
    return Cdr(
        tenant=tenant,
        uniqueid=f"srv01-{int(start.timestamp())}.{number}",
        number=number,
        source=caller[0] if inbound else agent,
        name=caller[1] if inbound else f"Agent {agent}",
        dest=agent if inbound else caller[0],
        start=start,
        answer=start + timedelta(seconds=rings) if answered else None,
        seconds=rings + talk if answered else rings,
        direction="IN" if inbound else "OUT",
        did="+4570990000" if inbound else "",
    )
