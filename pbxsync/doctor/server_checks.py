"""What the PBX says: whether it answers, for which tenants, in which dialect, how fast, and by which clock."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from pbxsync.api.request import Request
from pbxsync.doctor.check import Check, bad, odd, ok
from pbxsync.doctor.local_checks import SHOWN
from pbxsync.errors import Denied, PbxsyncError, WireError
from pbxsync.kinds.custom_destination import TYPES_OBJECT
from pbxsync.pbx import replies
from pbxsync.text.sanitize import quote_full
from pbxsync.text.words import did_you_mean, first_names, plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    from pbxsync.api.request import Reply
    from pbxsync.model.entry import Secret
    from pbxsync.pbx.managedb import Listing, PbxReader
    from pbxsync.project import Project
    from pbxsync.workers import Progress, WorkerPool

    #: Makes what shows how far so many of something are.
    Meter: TypeAlias = Callable[[str, int], AbstractContextManager[Progress]]

#: Tenants that are asked unless all are to be: spread over all that there are.
SAMPLE: Final = 20
#: A clock may differ by this many seconds; a `Date` header has whole ones.
_SKEW: Final = 60.0
_SLOW: Final = 2.0
_ALONE: Final = 5
#: Requests for each place in flight, when it is tried how many go well.
_ROUNDS: Final = 4


@dataclass(frozen=True, slots=True)
class TenantAnswer:
    """What one tenant answered: its destinations, or why there are none to be had."""

    tenant: str
    listing: Listing | None = None
    error: str = ""
    denied: bool = False


def sample(tenants: Sequence[str], size: int = SAMPLE) -> tuple[str, ...]:
    """Return some of the tenants, spread evenly."""
    if len(tenants) <= size:
        return tuple(tenants)
    return tuple(tenants[number * len(tenants) // size] for number in range(size))


def ask(pbx: PbxReader, workers: WorkerPool, tenants: Sequence[str], meter: Meter) -> list[TenantAnswer]:
    """List the destinations of each tenant."""
    with meter("Asking", len(tenants)) as progress:

        def one(tenant: str) -> TenantAnswer:
            try:
                return TenantAnswer(tenant, pbx.destinations(tenant))
            except PbxsyncError as error:
                return TenantAnswer(tenant, error=str(error), denied=isinstance(error, Denied))
            finally:
                progress.done()

        return workers.map(one, tenants, progress.tick)


def answers(pbx: PbxReader, seen: Sequence[TenantAnswer], total: int) -> Iterator[Check]:
    """Tell whether the PBX is reached, and which tenants it does not answer for."""
    good = [each for each in seen if each.listing is not None]
    if good or any(each.denied for each in seen):
        proven = ", and its certificate is trusted" if pbx.transport.settings.url.startswith("https:") else ""
        yield ok("reached", f"{pbx.transport.host} answers{proven}")
    asked = f"{len(seen):,} of {total:,} tenants were asked (--all asks every one)" if len(seen) < total else ""
    if good:
        found = sum(len(each.listing.rows) for each in good if each.listing is not None)
        said = f"{plural(len(good), 'tenant')} answered, with {plural(found, 'destination')}"
        yield ok("tenants", f"{said}; {asked}" if asked else said)
    wrong = [each for each in seen if each.listing is None]
    for each in wrong[:SHOWN]:
        yield bad("tenant", f"{each.tenant}: {each.error}")
    if len(wrong) > SHOWN:
        yield bad("tenant", f"{plural(len(wrong) - SHOWN, 'more tenant')} did not answer")


def dialect(seen: Sequence[TenantAnswer]) -> Iterator[Check]:
    """Tell what the lists hold: by that a plan needs more requests or fewer."""
    listings = [each.listing for each in seen if each.listing is not None]
    rows = [row for listing in listings for row in listing.rows]
    if rows:
        with_params = all(row.params is not None for row in rows)
        typed = "numbers" if all(row.type_id for row in rows) else "names"
        kinds = f"types by their {typed}" if all(row.type_id or row.type_name for row in rows) else "no types"
        yield ok("dialect", f"replies are understood: lists have {'the' if with_params else 'no'} params, and {kinds}")
        if not with_params:
            yield ok("params", "each destination of the files takes a request of its own, for its params")
    elif listings:
        yield odd("dialect", "no destination is live in the tenants that were asked, so how lists look is not known")
    doubtful = [each.tenant for each in seen if each.listing is not None and each.listing.doubtful]
    if doubtful:
        named = first_names(doubtful, SHOWN)
        yield odd("empty", f"{named}: nothing is live, said as errors are said too; apply would want --allow-empty")


def needs_gets(seen: Sequence[TenantAnswer]) -> bool:
    """Whether a plan needs a request for each destination."""
    return any(row.params is None for each in seen if each.listing is not None for row in each.listing.rows)


def types(pbx: PbxReader, seen: Sequence[TenantAnswer], project: Project) -> Iterator[Check]:
    """Tell whether the PBX lists its types, and whether those are among them of which the project has secrets."""
    try:
        found = pbx.custom_types(next(each.tenant for each in seen if each.listing is not None))
    except WireError as error:
        yield bad("types", str(error))
        return
    if not found:
        yield bad("types", "the PBX lists no custom destination types, without which nothing can be planned")
        return
    yield ok("types", f"{plural(len(found), 'custom destination type')}; `pbxsync types` lists them")
    live = {row.type_id for each in seen if each.listing is not None for row in each.listing.rows}
    yield from _secrets(project, {each.name or "" for each in found}, live | {each.id for each in found})


def _secrets(project: Project, names: set[str], numbers: set[str | None]) -> Iterator[Check]:
    """Tell of types with sensitive params that are none of the PBX's: a slip of the pen there shows a secret."""
    strange = [name for name, rules in project.types.items() if rules.sensitive and name not in names | numbers]
    if strange:
        said = first_names([quote_full(name) + did_you_mean(name, names) for name in strange], SHOWN)
        yield odd(
            "sensitive",
            "the project file has sensitive params of types that the PBX does not have, so that they hide nothing:"
            f" {said}; `pbxsync types` lists what it has",
        )


@dataclass(frozen=True)
class Pace:
    """How fast the PBX answers, and by its clock when."""

    alone: float
    together: float
    limit: int
    refused: int
    skew: float | None


def measure(pbx: PbxReader, workers: WorkerPool, tenant: str, key: Secret) -> Pace | None:
    """Ask for the types some times, alone and side by side; None where that fails."""
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
    return Pace(
        statistics.median(reply.seconds for reply in alone),
        statistics.median(reply.seconds for reply in together),
        pbx.transport.limiter.limit,
        pbx.transport.counters.refused - before,
        skew,
    )


def pace(found: Pace, parallel: int, requests: int) -> Iterator[Check]:
    """Tell how fast it is, and how many requests at a time suit it."""
    speed = f"{found.alone * 1000:,.0f} ms for a request"
    if found.alone > _SLOW:
        yield odd("latency", f"{speed}: that is slow, and a plan takes its time")
    else:
        yield ok("latency", speed)
    if found.refused:
        few = max(1, found.limit)
        yield odd(
            "parallel", f"the PBX refused {found.refused:,} requests at {parallel} at a time: --parallel {few} suits it"
        )
    else:
        suits = max(1, min(parallel, found.limit))
        yield ok("parallel", f"--parallel {suits} suits it: {_takes(requests, requests * found.together / suits)}")


def clock(found: Pace) -> Check:
    """Tell how the clocks differ."""
    if found.skew is None:
        return odd("clock", "the PBX does not tell the time, so nobody knows whether the clocks agree")
    if abs(found.skew) <= _SKEW:
        return ok("clock", "the clocks agree")
    ahead = "behind" if found.skew > 0 else "ahead of"
    return odd("clock", f"this machine's clock is {abs(found.skew):,.0f} s {ahead} that of the PBX: set it right")


def _takes(requests: int, seconds: float) -> str:
    return f"a plan of these files takes about {plural(requests, 'request')} and {max(1.0, seconds):,.0f} s"


def _skew(date: str) -> float | None:
    """Return by how many seconds the PBX's clock is ahead."""
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return None
