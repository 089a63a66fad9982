"""From a project to an open connection: the one place that knows how `emulator:FILE` becomes a server of its own."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.disk.atomic import reason
from pbxsync.disk.linefile import folder_for
from pbxsync.errors import UsageError
from pbxsync.http.retry import RetryPolicy
from pbxsync.http.transport import ReadTransport, Settings, WriteTransport
from pbxsync.model.entry import Secret
from pbxsync.pbx.managedb import PbxReader, PbxWriter
from pbxsync.pbx.ownership import Ownership
from pbxsync.project.url import EMULATOR
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pbxsync.project import Project
    from pbxsync.redaction.redactor import Redactor


@dataclass(frozen=True)
class Endpoint:
    """Where a command sends its requests: the `url` to connect to, the `name` that plans are bound to, and the keys.

    `ownership` is what the run has learnt of whose rows are whose: planning and writing share it.
    """

    url: str
    name: str
    read_key: Callable[[str], Secret]
    write_key: Callable[[str], Secret]
    ownership: Ownership = field(default_factory=Ownership)


@dataclass(frozen=True)
class RequestLimits:
    """What bounds the requests of a command: `timeout` in seconds for one, attempts per read, requests in flight.

    `trace` gets a line for each request.
    """

    timeout: float = 30.0
    retries: int = 4
    parallel: int = 8
    trace: Callable[[str], None] | None = None


@contextmanager
def endpoint(project: Project) -> Iterator[Endpoint]:
    """Give the endpoint of a project; for `emulator:FILE` start the emulator on a free loopback port meanwhile."""
    name = project.url
    if not name.startswith(EMULATOR):
        # Each request needs a key, and it stays the same for the whole run: a file or variable is read once.
        yield Endpoint(name, name, cache(project.read_key), cache(project.write_key))
        return
    file = name[len(EMULATOR) :]
    read_key, write_key = (Secret(_emulator_key(file, kind)) for kind in ("read", "write"))
    with _emulator(file, read_key, write_key) as url:
        yield Endpoint(url, name, lambda _: read_key, lambda _: write_key)


@contextmanager
def _emulator(file: str, read_key: Secret, write_key: Secret) -> Iterator[str]:
    try:
        from pbxsync.emulator import Emulator  # noqa: PLC0415 - as above
    except ImportError:
        raise UsageError(
            "the url emulator:FILE needs the emulator: install pbxsync[emulator], or set the url of a PBX"
        ) from None
    path = Path(file)
    try:
        folder_for(path)
    except OSError as error:
        raise UsageError(f"the emulator cannot keep its data in {sanitize(str(path))}: {reason(error)}") from None
    pbx = Emulator(path, read_key=read_key.reveal(), write_key=write_key.reveal())
    try:
        pbx.start()
    except OSError as error:
        raise UsageError(f"the emulator cannot start: {sanitize(str(error))}") from None
    try:
        yield pbx.url
    finally:
        pbx.stop()


def _emulator_key(file: str, kind: str) -> str:
    """Return a key that stays the same for a file, because the fingerprints of sensitive params depend on it."""
    return hashlib.sha256(f"pbxsync emulator {kind} {file}".encode("utf-8", "surrogateescape")).hexdigest()[:32]


@contextmanager
def reader(endpoint: Endpoint, limits: RequestLimits, redactor: Redactor) -> Iterator[PbxReader]:
    """Yield a PBX for reading. Its transport has no method that sends a write."""
    with ReadTransport(Settings(endpoint.url, limits.timeout, limits.parallel), redactor, limits.trace) as transport:
        retry_policy = RetryPolicy.of(limits.retries, limits.timeout)
        yield PbxReader(transport, endpoint.read_key, retry_policy, ownership=endpoint.ownership)


@contextmanager
def writer(endpoint: Endpoint, limits: RequestLimits, redactor: Redactor) -> Iterator[PbxWriter]:
    """Give a PBX that can be read and written, with the write key."""
    with WriteTransport(Settings(endpoint.url, limits.timeout, limits.parallel), redactor, limits.trace) as transport:
        retry_policy = RetryPolicy.of(limits.retries, limits.timeout)
        yield PbxWriter(transport, endpoint.write_key, retry_policy, ownership=endpoint.ownership)
