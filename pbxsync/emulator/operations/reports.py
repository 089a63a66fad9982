"""INFO CDRS and QUEUELOGS: past calls and queue events as CSV. Column names are from vendor and field if known.

The CSV of one tenant has the tenant's columns, that of all tenants (`tenant=%`) the admin's [doc]. The columns are a guess.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timezone
from typing import TYPE_CHECKING, Final

from pbxsync.emulator import demo, history
from pbxsync.emulator.answer import NOTHING, Answer, json_text, text

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


def cdrs(request: Request, backend: Backend) -> Answer:
    """INFO CDRS: the calls from `start` up to but excluding `end`, of one tenant or, for %, of all.

    `phone` selects the calls from or to that number [vendor].
    """
    span = _span(request)
    if span is None:
        return NOTHING
    columns = ADMIN_COLUMNS if request.tenant == "%" else TENANT_COLUMNS
    phone = request.text("phone")
    calls = _calls(request.tenant, backend, *span)
    rows = [_cdr(cdr) for cdr in calls if not phone or phone in {cdr.source, cdr.dest}]
    return _report(request, columns, rows)


def queue_logs(request: Request, backend: Backend) -> Answer:
    """INFO QUEUELOGS: the queue log from `start` up to but excluding `end`."""
    span = _span(request)
    if span is None:
        return NOTHING
    rows = [_queue_event(event) for event in _events(request.tenant, backend, *span)]
    return _report(request, QUEUE_COLUMNS, rows)


def _calls(tenant: str, backend: Backend, first: date, last: date) -> Iterable[Cdr]:
    if backend.telephony.demo:
        for code in demo.TENANTS if tenant == "%" else (tenant,):
            yield from history.cdrs(code, first, last)
    for dialled in map(history.of_dialled, backend.telephony.calls()):
        if tenant in {"%", dialled.tenant} and first <= dialled.start.date() < last:
            yield dialled


def _events(tenant: str, backend: Backend, first: date, last: date) -> Iterable[QueueEvent]:
    if backend.telephony.demo:
        for code in demo.TENANTS if tenant == "%" else (tenant,):
            yield from history.queue_log(code, first, last)
    for event in backend.telephony.queue_events():
        if tenant in {"%", event.tenant} and first <= _moment(event.at).date() < last:
            yield event


def _span(request: Request) -> tuple[date, date] | None:
    """The requested days; None if one is missing or not a date."""
    try:
        return date.fromisoformat(request.text("start")), date.fromisoformat(request.text("end"))
    except ValueError:
        return None


def _report(request: Request, columns: tuple[str, ...], rows: list[dict[str, str]]) -> Answer:
    is_json = request.word("format") == "JSON"
    if not rows:
        return text("]" if is_json else "")  # [field]
    if is_json:
        return json_text([{name: row[name] for name in columns} for row in rows])
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return Answer(file.getvalue().encode(), _CSV)


def _cdr(cdr: Cdr) -> dict[str, str]:
    return {
        "tenant": cdr.tenant,
        "ID": str(cdr.number),
        "uniqueid": cdr.uniqueid,
        "realsrc": cdr.source,
        "calleridname": cdr.name,
        "lastdst": cdr.dest,
        "start": f"{cdr.start:%Y-%m-%d %H:%M:%S}",
        "answer": f"{cdr.answer:%Y-%m-%d %H:%M:%S}" if cdr.answer else "",
        "duration": str(cdr.seconds),
        "direction": cdr.direction,
        "disposition": cdr.disposition,
        "incomingdid": cdr.did,
    }


def _queue_event(event: QueueEvent) -> dict[str, str]:
    data = [*event.data.split("|"), "", ""]
    return {
        "time": f"{_moment(event.at):%Y-%m-%d %H:%M:%S}",
        "queuename": event.queue,
        "agent": event.extension,
        "event": event.event,
        "data1": data[0],
        "data2": data[1],
        "data3": data[2],
    }


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, timezone.utc)
