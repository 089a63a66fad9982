"""All checks, in the order in which one needs the other; each is told as soon as it is known.

1. set-up: versions, project file, url, tenant files, keys
2. reached: whether the PBX answers at all
3. tenants: whether each answers, a sample of many
4. dialect, types, pace, clock: how it answers
5. kinds: what each key may do
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pbxsync.doctor import local_checks, server_checks
from pbxsync.doctor.check import Mark, bad, odd, ok
from pbxsync.doctor.key_checks import kinds
from pbxsync.errors import Denied, PbxsyncError
from pbxsync.kinds.tenant import CODE
from pbxsync.session import endpoint, reader, writer
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pbxsync.doctor.check import Check
    from pbxsync.doctor.server_checks import Meter
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.project import Project
    from pbxsync.redaction.redactor import Redactor
    from pbxsync.session import Endpoint, RequestLimits

#: Keys that are tried unless all are to be.
_KEYS = 10


@dataclass(frozen=True)
class Scope:
    """What to look at: tenant files below `paths`, tenants that match `globs`, `everything` or a sample of them."""

    paths: Sequence[Path] = ()
    globs: Sequence[str] = ()
    everything: bool = False
    reads_only: bool = False


@dataclass(frozen=True)
class Doctor:
    """Looks a project over. `meter` shows how far it is with many tenants."""

    project: Project
    scope: Scope
    limits: RequestLimits
    redactor: Redactor
    meter: Meter

    def examine(self) -> Iterator[Check]:
        """Yield every check that makes sense, as far as the ones before it let it."""
        yield local_checks.version()
        yield local_checks.project_file(self.project)
        url = local_checks.url(self.project)
        yield url
        files, codes, destinations = local_checks.tenant_files(self.project, self.scope.paths)
        tenants = _narrowed(codes, self.scope.globs)
        if codes or not tenants:
            yield files
        if not tenants:
            yield _nobody(codes, self.scope.globs)
        if not tenants or url.mark is Mark.BAD:
            return
        with endpoint(self.project) as where:
            yield from self._with_pbx(where, tenants, destinations)

    def _with_pbx(self, where: Endpoint, tenants: Sequence[str], destinations: int) -> Iterator[Check]:
        own = where.name != where.url
        if not own:
            yield from local_checks.keys(self.project, tenants)
        able = tenants if own else [each for each in tenants if self.project.has_key(each)]
        if not able:
            return
        asked = tuple(able) if self.scope.everything else server_checks.sample(able)
        good: list[str] = []
        with reader(where, self.limits, self.redactor) as pbx, WorkerPool(self.limits.parallel) as workers:
            reached = _reached(pbx, asked[0])
            if reached is not None:
                yield reached
                return
            seen = server_checks.ask(pbx, workers, asked, self.meter)
            yield from server_checks.answers(pbx, seen, len(able))
            good = [each.tenant for each in seen if each.listing is not None]
            if good:
                yield from server_checks.dialect(seen)
                yield from server_checks.types(pbx, seen, self.project)
                requests = 1 + len(tenants) + (destinations if server_checks.needs_gets(seen) else 0)
                yield from self._pace(where, pbx, workers, good[0], requests)
        if good and not own:
            yield from self._kinds(where, good)

    def _pace(
        self, where: Endpoint, pbx: PbxReader, workers: WorkerPool, tenant: str, requests: int
    ) -> Iterator[Check]:
        found = server_checks.measure(pbx, workers, tenant, where.read_key(tenant))
        if found is None:
            yield odd("latency", "the PBX does not answer steadily enough to measure how fast it is")
            return
        yield from server_checks.pace(found, self.limits.parallel, requests)
        yield server_checks.clock(found)

    def _kinds(self, where: Endpoint, tenants: Sequence[str]) -> Iterator[Check]:
        if self.scope.reads_only:
            yield ok("key kind", "the kinds of the keys were not looked at (--reads-only)")
            return
        with writer(where, self.limits, self.redactor) as pbx:
            yield from kinds(pbx.transport, self.project, tenants, len(tenants) if self.scope.everything else _KEYS)


def _reached(pbx: PbxReader, tenant: str) -> Check | None:
    """Return what keeps the PBX from answering at all; a refusal is an answer."""
    try:
        pbx.custom_types(tenant)
    except Denied:
        return None
    except PbxsyncError as error:
        return bad("reached", str(error))
    return None


def _nobody(codes: Sequence[str], globs: Sequence[str]) -> Check:
    """Return why there is no tenant to ask for."""
    if not globs:
        return odd("tenants", "no tenant to ask for: write a tenant file, or name one with --tenant")
    near = did_you_mean(globs[0], codes)
    return bad("tenants", f"--tenant {', '.join(map(quote, globs))} matches no tenant of the files{near}")


def _narrowed(codes: Sequence[str], globs: Sequence[str]) -> tuple[str, ...]:
    """Return the tenants that match; one that is named in full need have no file."""
    if not globs:
        return tuple(codes)
    found = [code for code in codes if any(fnmatchcase(code, glob) for glob in globs)]
    named = [glob for glob in globs if CODE.fullmatch(glob) and glob not in codes]
    return (*found, *dict.fromkeys(named))
