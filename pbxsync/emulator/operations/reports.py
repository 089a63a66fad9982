"""INFO CDRS and QUEUELOGS: what has happened, as CSV. The names of the columns are vendor's and field's where known.

One tenant's CSV has the tenant's columns, that of all tenants (`tenant=%`) the admin's [doc]; which those are is a guess.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Final

from pbxsync.emulator import demo, history
from pbxsync.emulator.answer import NOTHING, Answer, jsonish

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.emulator.history import Cdr
    from pbxsync.emulator.operations.base import Backend
    from pbxsync.emulator.request import Request
    from pbxsync.emulator.telephony import QueueEvent

TENANT_COLUMNS: Final = (
    "uniqueid",
    "realsrc",
    "calleridname",
    "lastdst",
    "start",
    "answer",
    "duration",
    "direction",
    "disposition",
    "incomingdid",
)
ADMIN_COLUMNS: Final = ("tenant", "ID", *TENANT_COLUMNS)
QUEUE_COLUMNS: Final = ("time", "queuename", "agent", "event", "data1", "data2", "data3")
_CSV: Final = "text/csv; charset=UTF-8"


def cdrs(call: Request, world: Backend) -> Answer:
    """INFO CDRS: the calls from `start` to before `end`, of one tenant or, for %, of all."""
    span = _span(call)
    if span is None:
        return NOTHING
    columns = ADMIN_COLUMNS if call.tenant == "%" else TENANT_COLUMNS
    rows = [_cdr(each) for each in _calls(call.tenant, world, *span)]
    return _report(call, columns, rows)


def queue_logs(call: Request, world: Backend) -> Answer:
    """INFO QUEUELOGS: the queue log from `start` to before `end`."""
    span = _span(call)
    if span is None:
        return NOTHING
    rows = [_queue_event(each) for each in _events(call.tenant, world, *span)]
    return _report(call, QUEUE_COLUMNS, rows)


def _calls(tenant: str, world: Backend, first: date, last: date) -> Iterable[Cdr]:
    if world.telephony.demo:
        for each in demo.TENANTS if tenant == "%" else (tenant,):
            yield from history.cdrs(each, first, last)
    for dialled in map(history.of_dialled, world.telephony.calls()):
        if tenant in {"%", dialled.tenant} and first <= dialled.start.date() < last:
            yield dialled


def _events(tenant: str, world: Backend, first: date, last: date) -> Iterable[QueueEvent]:
    if world.telephony.demo:
        for each in demo.TENANTS if tenant == "%" else (tenant,):
            yield from history.queue_log(each, first, last)
    for event in world.telephony.queue_events():
        if tenant in {"%", event.tenant} and first <= _moment(event.at).date() < last:
            yield event


def _span(call: Request) -> tuple[date, date] | None:
    """The days asked for; None where one is missing or no date."""
    try:
        return date.fromisoformat(call.text("start")), date.fromisoformat(call.text("end"))
    except ValueError:
        return None


def _report(call: Request, columns: tuple[str, ...], rows: list[dict[str, str]]) -> Answer:
    if call.word("format") == "JSON":
        return jsonish([{name: row[name] for name in columns} for row in rows])
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return Answer(file.getvalue().encode(), _CSV)


def _cdr(each: Cdr) -> dict[str, str]:
    return {
        "tenant": each.tenant,
        "ID": str(each.number),
        "uniqueid": each.uniqueid,
        "realsrc": each.source,
        "calleridname": each.name,
        "lastdst": each.dest,
        "start": f"{each.start:%Y-%m-%d %H:%M:%S}",
        "answer": f"{each.answer:%Y-%m-%d %H:%M:%S}" if each.answer else "",
        "duration": str(each.seconds),
        "direction": each.direction,
        "disposition": each.disposition,
        "incomingdid": each.did,
    }


def _queue_event(each: QueueEvent) -> dict[str, str]:
    data = [*each.data.split("|"), "", ""]
    return {
        "time": f"{_moment(each.at):%Y-%m-%d %H:%M:%S}",
        "queuename": each.queue,
        "agent": each.extension,
        "event": each.event,
        "data1": data[0],
        "data2": data[1],
        "data3": data[2],
    }


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc)
