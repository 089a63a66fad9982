"""Checks of the PBX: whether it answers, for which tenants, in which dialect, with which types, how fast."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from pbxsync.api.request import Request
from pbxsync.doctor.check import Check, failed, passed, warned
from pbxsync.doctor.local_checks import SHOWN
from pbxsync.errors import Denied, MatchError, PbxsyncError, WireError
from pbxsync.kinds.custom_destination import TYPES_OBJECT
from pbxsync.live.types import TypeTable
from pbxsync.pbx import replies
from pbxsync.text.sanitize import quote_full
from pbxsync.text.words import did_you_mean, first_names, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    from pbxsync.api.request import Reply
    from pbxsync.model.entry import Secret
    from pbxsync.pbx.managedb import Listing, PbxReader
    from pbxsync.project import Project
    from pbxsync.tenants.desired import Desired
    from pbxsync.workers import Progress, WorkerPool

    #: Makes a progress bar from a label and a total.
    NewProgress: TypeAlias = Callable[[str, int], AbstractContextManager[Progress]]

#: Tenants that are asked, except with --all.
SAMPLE: Final = 20
#: Seconds by which clocks may differ; a `Date` header has whole ones.
_SKEW: Final = 60.0
#: A request that takes longer is slow, in seconds.
_SLOW: Final = 2.0
#: Requests one after the other, and rounds of parallel ones, when the speed is measured.
_ALONE: Final = 5
_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class TenantAnswer:
    """What one tenant answered: its destinations, or an error."""

    tenant: str
    listing: Listing | None = None
    error: str = ""
    denied: bool = False


def sample(tenants: Sequence[str], size: int = SAMPLE) -> tuple[str, ...]:
    """Return at most `size` of the tenants, spread evenly."""
    if len(tenants) <= size:
        return tuple(tenants)
    return tuple(tenants[number * len(tenants) // size] for number in range(size))


def ask(pbx: PbxReader, workers: WorkerPool, tenants: Sequence[str], progress: NewProgress) -> list[TenantAnswer]:
    """List the destinations of each tenant."""
    with progress("Asking", len(tenants)) as bar:

        def ask_one(tenant: str) -> TenantAnswer:
            try:
                return TenantAnswer(tenant, pbx.destinations(tenant))
            except PbxsyncError as error:
                return TenantAnswer(tenant, error=str(error), denied=isinstance(error, Denied))
            finally:
                bar.done()

        return workers.map(ask_one, tenants, bar.tick)


def proxy(pbx: PbxReader) -> Iterator[Check]:
    """Name the proxy, if requests go through one."""
    if pbx.transport.proxy is not None:
        yield passed("proxy", f"requests go through the proxy {pbx.transport.proxy}")


def tenants(pbx: PbxReader, answers: Sequence[TenantAnswer], total: int) -> Iterator[Check]:
    """Check that the PBX answers, and answers for every tenant that was asked."""
    listings = [answer.listing for answer in answers if answer.listing is not None]
    if listings or any(answer.denied for answer in answers):
        trusted = ", and its certificate is trusted" if pbx.transport.settings.url.startswith("https:") else ""
        yield passed("reached", f"{pbx.transport.host} answers{trusted}")
    if listings:
        destinations = plural(sum(len(listing.rows) for listing in listings), "destination")
        message = f"{plural(len(listings), 'tenant')} answered, with {destinations}"
        if len(answers) < total:
            message += f"; {len(answers):,} of {total:,} tenants were asked (--all asks every one)"
        yield passed("tenants", message)
    errors = [answer for answer in answers if answer.listing is None]
    for answer in errors[:SHOWN]:
        yield failed("tenant", f"{answer.tenant}: {answer.error}")
    if len(errors) > SHOWN:
        yield failed("tenant", f"{plural(len(errors) - SHOWN, 'more tenant')} did not answer")


def dialect(answers: Sequence[TenantAnswer]) -> Iterator[Check]:
    """Say what lists contain, which decides how many requests a plan needs."""
    rows = [row for answer in answers if answer.listing is not None for row in answer.listing.rows]
    if rows:
        typed = "no types"
        if all(row.type_id or row.type_name for row in rows):
            typed = f"types by their {'numbers' if all(row.type_id for row in rows) else 'names'}"
        with_params = not needs_gets(answers)
        yield passed(
            "dialect", f"replies are understood: lists have {'the' if with_params else 'no'} params, and {typed}"
        )
        if not with_params:
            yield passed("params", "each destination of the files takes a request of its own, for its params")
    else:
        yield warned(
            "dialect", "no destination is live in the tenants that were asked, so the form of lists is unknown"
        )
    doubtful = [answer.tenant for answer in answers if answer.listing is not None and answer.listing.doubtful]
    if doubtful:
        names = first_names(doubtful, SHOWN)
        message = f"{names}: the list is empty, in a reply that can also mean an error; apply would need --allow-empty"
        yield warned("empty", message)


def needs_gets(answers: Sequence[TenantAnswer]) -> bool:
    """Whether a plan needs a request for each destination."""
    return any(row.params is None for answer in answers if answer.listing is not None for row in answer.listing.rows)


def types(
    pbx: PbxReader, answers: Sequence[TenantAnswer], project: Project, desired: Desired | None, scope: Sequence[str]
) -> Iterator[Check]:
    """Check that the PBX lists its types, among them those of the files and those with sensitive params."""
    asked = {answer.tenant: answer.listing for answer in answers if answer.listing is not None}
    try:
        table = TypeTable(pbx.custom_types(next(iter(asked))), project.names_in_files)
    except WireError as error:
        yield failed("types", str(error))
        return
    if not table.by_id:
        yield failed("types", "the PBX lists no custom destination types, so nothing can be planned")
        return
    yield passed("types", f"{plural(len(table.by_id), 'custom destination type')}; `pbxsync types` lists them")
    live_ids = {row.type_id for listing in asked.values() for row in listing.rows}
    if desired is not None and desired.types:
        yield from _types_of_files(table, asked, desired, scope)
    sensitive = [name for name, rules in project.types.items() if rules.sensitive]
    strange = [name for name in sensitive if name not in table.by_name and name not in {*table.by_id, *live_ids}]
    if strange:
        names = first_names([quote_full(name) + did_you_mean(name, table.by_name) for name in strange], SHOWN)
        yield warned(
            "sensitive",
            "the project file has sensitive params of types that the PBX does not have, so they hide nothing:"
            f" {names}; `pbxsync types` lists its types",
        )


def _types_of_files(
    table: TypeTable, asked: Mapping[str, Listing], desired: Desired, scope: Sequence[str]
) -> Iterator[Check]:
    """Check the types that the files name as a plan would, and report each wrong one at its first place."""
    doubtful = {name for name in desired.types if name not in table.by_id and len(table.by_name.get(name, ())) != 1}
    errors: dict[str, str] = {}
    for tenant in scope if doubtful else ():
        rows = asked[tenant].rows if tenant in asked else ()
        live_ids = {row.type_id for row in rows}
        # A number that CUSTOMTYPES does not list is fine if it is live, so all that is live must be known.
        numbers_known = tenant in asked and None not in live_ids
        for entry in desired.entries(tenant):
            if entry.type in doubtful and (numbers_known or not entry.type.isdigit()):
                try:
                    table.written(entry, live_ids)
                except MatchError as error:
                    errors.setdefault(entry.type, str(error))
    for message in list(errors.values())[:SHOWN]:
        yield failed("file types", message)
    if len(errors) > SHOWN:
        yield failed("file types", f"the PBX does not have {plural(len(errors) - SHOWN, 'more type')} of the files")
    if not errors:
        yield passed("file types", "the PBX has every type of the files")


def speed(pbx: PbxReader, workers: WorkerPool, tenant: str, key: Secret, requests: int) -> Iterator[Check]:
    """Check how fast the PBX answers, how many requests at a time suit it, and its clock. A plan takes `requests`."""
    measured = _measure(pbx, workers, tenant, key)
    if measured is None:
        yield warned("latency", "the PBX does not answer steadily enough to measure its speed")
        return
    latency = f"{measured.alone * 1000:,.0f} ms for a request"
    if measured.alone > _SLOW:
        yield warned("latency", f"{latency}, which is slow: plans will take long")
    else:
        yield passed("latency", latency)
    parallel = pbx.transport.settings.parallel
    suitable = max(1, min(parallel, measured.limit))
    if measured.refused:
        refused = f"the PBX refused {plural(measured.refused, 'request')} at {parallel} at a time"
        yield warned("parallel", f"{refused}: use --parallel {suitable}")
    else:
        seconds = max(1.0, requests * measured.together / suitable)
        cost = f"a plan of these files takes about {plural(requests, 'request')} and {seconds:,.0f} s"
        yield passed("parallel", f"--parallel {suitable} suits the PBX: {cost}")
    if measured.skew is None:
        yield warned("clock", "the PBX does not send the time, so the clocks could not be compared")
    elif abs(measured.skew) <= _SKEW:
        yield passed("clock", "the clocks agree")
    else:
        ahead = "behind" if measured.skew > 0 else "ahead of"
        yield warned(
            "clock", f"this machine's clock is {abs(measured.skew):,.0f} s {ahead} that of the PBX: correct it"
        )


@dataclass(frozen=True)
class _Measured:
    """Seconds for a request, `alone` and `together` with others; the limit that the transport settled on."""

    alone: float
    together: float
    limit: int
    refused: int
    skew: float | None


def _measure(pbx: PbxReader, workers: WorkerPool, tenant: str, key: Secret) -> _Measured | None:
    """Ask for the types several times, one after the other and in parallel; None if that fails."""
    request = Request((("reqtype", "MANAGEDB"), ("object", TYPES_OBJECT), ("tenant", tenant), ("action", "list")))

    def once(_: int) -> Reply:
        reply = pbx.transport.read(request, key)
        if reply.status not in {429, 503}:
            replies.usable(reply, request, pbx.transport.redactor)
        return reply

    try:
        alone = [once(number) for number in range(_ALONE)]
        skew = _skew(alone[-1].date)
        before = pbx.transport.counters.refused
        together = workers.map(once, range(_ROUNDS * pbx.transport.settings.parallel))
    except WireError:
        return None
    return _Measured(
        statistics.median(reply.seconds for reply in alone),
        statistics.median(reply.seconds for reply in together),
        pbx.transport.limiter.limit,
        pbx.transport.counters.refused - before,
        skew,
    )


def _skew(date: str) -> float | None:
    """Return by how many seconds the PBX's clock is ahead; None without a valid `Date`."""
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
