"""Tells a revoked key from a refused tenant: the API has one text for both.

A wrong tenant is one tenant's failure. A revoked key fails every further request, so the run stops at once.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from pbxsync.errors import Denied, KeyRevoked
from pbxsync.text.sanitize import truncate

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.api.request import Request
    from pbxsync.model.entry import Secret

#: This many tenants refused and none accepted: then it is the key.
_ENOUGH: Final = 5
#: This many tenants that may be read but not written, and none that was written: then it is a read-only key.
_ENOUGH_WRITES: Final = 2


class KeyStatus:
    """What this run has learned about each key. Thread safe."""

    def __init__(self) -> None:
        self._good: dict[Secret, Request] = {}
        self._refused: dict[Secret, set[str]] = {}
        self._revoked: dict[Secret, str] = {}
        self._no_write: dict[Secret, set[str]] = {}
        self._read_only: dict[Secret, str] = {}
        self._wrote: set[Secret] = set()
        self._lock = threading.Lock()

    def check(self, key: Secret) -> None:
        """Raise KeyRevoked without a request if the key is known to be refused."""
        reason = self._revoked.get(key) if self._revoked else None
        if reason is not None:
            raise KeyRevoked(reason)

    def check_write(self, key: Secret) -> None:
        """Raise KeyRevoked without a write if the key is known to be refused or read-only.

        A read-only key is still good for reads: what was written meanwhile has to be read back.
        """
        self.check(key)
        reason = self._read_only.get(key) if self._read_only and key not in self._wrote else None
        if reason is not None:
            raise KeyRevoked(reason)

    def accepted(self, key: Secret, request: Request) -> None:
        """Note that a read with this key was answered."""
        if key not in self._good:
            self._good[key] = request

    def denied(self, key: Secret, request: Request, error: Denied, send: Callable[[Request], None]) -> Denied:
        """Return the error to raise: KeyRevoked if the key is refused for a read that it was good for before.

        `send` sends that read once more, and raises Denied if it is refused.
        """
        good = self._good.get(key)
        if good is None:
            return self._without_good(key, request.value("tenant"), error)
        try:
            send(good)
        except Denied:
            return self.revoke(key, f"the key was good for '{good}' and is refused now: it was revoked or changed")
        return error

    def write_denied(self, key: Secret, tenant: str, error: Denied) -> Denied:
        """Return the error to raise for a write that was refused although the same key may read the tenant."""
        fact = self._write_refusal(key, tenant, error)
        with self._lock:
            refused = self._no_write.setdefault(key, set())
            refused.add(tenant)
        if key in self._wrote or len(refused) < _ENOUGH_WRITES:
            return Denied(fact)
        with self._lock:
            return KeyRevoked(self._read_only.setdefault(key, fact))

    def wrote(self, key: Secret) -> None:
        """Note that a write with this key was accepted."""
        self._wrote.add(key)

    def has_written(self, key: Secret) -> bool:
        """Whether a write with this key was accepted in this run: then it is not a read-only key."""
        return key in self._wrote

    def revoke(self, key: Secret, reason: str) -> KeyRevoked:
        """Note that the key is good for nothing, and return the error that says so."""
        with self._lock:
            return KeyRevoked(self._revoked.setdefault(key, reason))

    def _write_refusal(self, key: Secret, tenant: str, error: Denied) -> str:
        if key in self._wrote:
            return f"the PBX refused this write although it accepted others with the same key ({error})"
        start = f"the key may read {truncate(tenant)} but not write there"
        return f"{start}: it is a read-only key, or lacks this permission ({error})"

    def _without_good(self, key: Secret, tenant: str, error: Denied) -> Denied:
        with self._lock:
            refused = self._refused.setdefault(key, set())
            refused.add(tenant)
        if len(refused) < _ENOUGH:
            return error
        return self.revoke(key, f"the key is refused for each of the first {len(refused)} tenants ({error})")


class StatelessKeyStatus(KeyStatus):
    """Remembers nothing: for a program that may run for months, while its key is replaced or permitted more."""

    def accepted(self, key: Secret, request: Request) -> None:
        """Do nothing."""

    def denied(self, key: Secret, request: Request, error: Denied, send: Callable[[Request], None]) -> Denied:
        """Return the error unchanged."""
        del key, request, send
        return error

    def write_denied(self, key: Secret, tenant: str, error: Denied) -> Denied:
        """Return the error, which says that the key may read at least."""
        return Denied(self._write_refusal(key, tenant, error))
