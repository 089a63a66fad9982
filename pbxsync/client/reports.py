"""CSV reports of calls and queues as typed rows, one at a time, however long the report is.

The document says that there are two formats of CDRs, the tenant's and the admin's, and shows neither. The first line has
the names of the columns (guess). Those with known names become fields (vendor, field); `columns` has all of them as text.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pbxsync.errors import Unrecognised
from pbxsync.text.numbers import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pbxsync.pbx.body import Body

#: Columns that only one kind of report has (vendor, field). A report with those of the other kind answers another question.
_OF_CDRS: Final = frozenset({"realsrc", "lastdst", "disposition", "incomingdid", "calleridname"})
_OF_QUEUE_LOGS: Final = frozenset({"queuename", "agent", "event"})
#: No sensible field is longer. A quote that is never closed would otherwise take in the rest of the report.
_LONGEST_FIELD: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Cdr:
    """One call. Texts are empty, and other fields None, if the report lacks the column or its value.

    `start` and `answer` are in the PBX's own time zone, which the API does not tell; `seconds` is the duration. `tenant` is
    that of the admin's format, else the one of the request.
    """

    tenant: str
    uniqueid: str
    source: str
    caller_name: str
    dest: str
    start: datetime | None
    answer: datetime | None
    seconds: int | None
    direction: str
    disposition: str
    did: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QueueEvent:
    """One line of a queue log; `data` are the columns data1, data2, …, and `time` is as in Cdr."""

    time: datetime | None
    queue: str
    agent: str
    event: str
    data: tuple[str, ...]
    columns: Mapping[str, str]


def cdrs(body: Body, tenant: str) -> Iterator[Cdr]:
    """Yield the calls of a report as it comes; closes it. Raises Unrecognised and Unreachable."""
    for row in _rows(body, _OF_QUEUE_LOGS, _OF_CDRS):
        yield Cdr(
            tenant=row.get("tenant", "") or tenant,
            uniqueid=row.get("uniqueid", ""),
            source=row.get("realsrc", ""),
            caller_name=row.get("calleridname", ""),
            dest=row.get("lastdst", ""),
            start=_moment(row.get("start", "")),
            answer=_moment(row.get("answer", "")),
            seconds=whole_number(row.get("duration", "")),
            direction=row.get("direction", ""),
            disposition=row.get("disposition", ""),
            did=row.get("incomingdid", ""),
            columns=row,
        )


def queue_events(body: Body) -> Iterator[QueueEvent]:
    """Yield the lines of a queue log as it comes; closes it. Raises Unrecognised and Unreachable."""
    for row in _rows(body, _OF_CDRS, _OF_QUEUE_LOGS):
        yield QueueEvent(
            time=_moment(row.get("time", "")),
            queue=row.get("queuename", ""),
            agent=row.get("agent", ""),
            event=row.get("event", ""),
            data=tuple(value for name, value in row.items() if name.startswith("data")),
            columns=row,
        )


def _rows(body: Body, of_others: frozenset[str], of_ours: frozenset[str]) -> Iterator[dict[str, str]]:
    """Yield each line of a CSV that is not empty, by column. Raises Unrecognised, also for a report of another kind."""
    with body:
        reader = csv.reader(_lines(body), strict=True)
        try:
            columns = next(reader, [])
            if of_others & set(columns) and not of_ours & set(columns):
                raise Unrecognised(f"{body.request}: the reply is a report of another kind")
            for row in filter(None, reader):
                if len(row) != len(columns):
                    raise Unrecognised(
                        f"{body.request}: line {reader.line_num} has {len(row)} fields, not {len(columns)}"
                    )
                yield dict(zip(columns, row, strict=True))
        except csv.Error as error:
            raise Unrecognised(f"{body.request}: line {reader.line_num} is not CSV ({error})") from None
        except UnicodeDecodeError:
            raise Unrecognised(f"{body.request}: the report is not UTF-8") from None


def _lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """Yield lines with their line breaks, which may also be within quotes."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    rest = ""
    for piece in pieces:
        *whole, rest = (rest + decoder.decode(piece)).split("\n")
        yield from (f"{line}\n" for line in whole)
        if len(rest) > _LONGEST_FIELD:
            raise csv.Error("a line that does not end")
    rest += decoder.decode(b"", final=True)
    if rest:
        yield rest


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
