"""All checks in order. Each is yielded as soon as it is known, and later ones depend on earlier ones.

1. Local: version, project file, url, tenant files, keys.
2. Whether the PBX answers, and through which proxy.
3. Whether each tenant answers; of many tenants a sample.
4. How it answers: dialect, types, speed, clock.
5. Whether it accepts the write keys, tried with a read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pbxsync.doctor import key_checks, local_checks, server_checks
from pbxsync.doctor.check import Status, failed, warned
from pbxsync.errors import Denied, PbxsyncError
from pbxsync.kinds.tenant import CODE
from pbxsync.session import endpoint as open_endpoint
from pbxsync.session import reader
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean
from pbxsync.workers import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pbxsync.doctor.check import Check
    from pbxsync.doctor.server_checks import NewProgress
    from pbxsync.pbx.managedb import PbxReader
    from pbxsync.project import Project
    from pbxsync.redaction.redactor import Redactor
    from pbxsync.session import Endpoint, RequestLimits
    from pbxsync.tenants.desired import Desired


@dataclass(frozen=True)
class Scope:
    """What to check: tenant files below `paths`, tenants that match `globs`, all of them (`everything`) or a sample."""

    paths: Sequence[Path] = ()
    globs: Sequence[str] = ()
    everything: bool = False


@dataclass(frozen=True)
class Doctor:
    """Checks a project. `progress` makes a progress bar from a label and a total."""

    project: Project
    scope: Scope
    limits: RequestLimits
    redactor: Redactor
    progress: NewProgress

    def checks(self) -> Iterator[Check]:
        """Yield all checks that make sense after the results of the ones before."""
        yield local_checks.version()
        yield local_checks.project_file(self.project)
        url = local_checks.url(self.project)
        yield url
        files, codes, desired = local_checks.tenant_files(self.project, self.scope.paths)
        tenants = _in_scope(codes, self.scope.globs)
        if codes or not tenants:
            yield files
        if not tenants:
            yield _no_tenants(codes, self.scope.globs)
        elif url.status is not Status.FAILED:
            with open_endpoint(self.project) as endpoint:
                yield from self._online_checks(endpoint, tenants, desired)

    def _online_checks(self, endpoint: Endpoint, tenants: Sequence[str], desired: Desired | None) -> Iterator[Check]:
        embedded = endpoint.name != endpoint.url  # the emulator of this command, which accepts its own keys
        if not embedded:
            yield from local_checks.keys(self.project, tenants)
            tenants = [tenant for tenant in tenants if self.project.has_key(tenant)]
        if not tenants:
            return
        sample = tuple(tenants) if self.scope.everything else server_checks.sample(tenants)
        with reader(endpoint, self.limits, self.redactor) as pbx, WorkerPool(self.limits.parallel) as workers:
            yield from server_checks.proxy(pbx)
            unreached = _unreached(pbx, sample[0])
            if unreached is not None:
                yield unreached
                return
            answers = server_checks.ask(pbx, workers, sample, self.progress)
            yield from server_checks.tenants(pbx, answers, len(tenants))
            answering = [answer.tenant for answer in answers if answer.listing is not None]
            if not answering:
                return
            yield from server_checks.dialect(answers)
            yield from server_checks.types(pbx, answers, self.project, desired, tenants)
            destinations = 0 if desired is None else desired.destinations
            requests = 1 + len(tenants) + (destinations if server_checks.needs_gets(answers) else 0)
            read_key = endpoint.read_key(answering[0])
            yield from server_checks.speed(pbx, workers, answering[0], read_key, requests)
        if not embedded:
            with reader(replace(endpoint, read_key=endpoint.write_key), self.limits, self.redactor) as pbx:
                yield from key_checks.write_keys(pbx, self.project, answering, everything=self.scope.everything)


def _unreached(pbx: PbxReader, tenant: str) -> Check | None:
    """Return what keeps the PBX from answering at all; a refusal is an answer."""
    try:
        pbx.custom_types(tenant)
    except Denied:
        return None
    except PbxsyncError as error:
        return failed("reached", str(error))
    return None


def _no_tenants(codes: Sequence[str], globs: Sequence[str]) -> Check:
    if not globs:
        return warned("tenants", "there is no tenant to ask for: write a tenant file, or name a tenant with --tenant")
    near = did_you_mean(globs[0], codes)
    return failed("tenants", f"--tenant {', '.join(map(quote, globs))} matches no tenant of the files{near}")


def _in_scope(codes: Sequence[str], globs: Sequence[str]) -> tuple[str, ...]:
    """Return the tenants that match. A tenant that is named in full needs no file."""
    if not globs:
        return tuple(codes)
    matching = [code for code in codes if any(fnmatchcase(code, glob) for glob in globs)]
    named = [glob for glob in globs if CODE.fullmatch(glob) and glob not in codes]
    return (*matching, *dict.fromkeys(named))
