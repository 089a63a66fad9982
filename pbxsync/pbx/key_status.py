"""Tells a key that is refused altogether from a tenant that is refused: the API has one text for both.

A wrong tenant is one tenant's failure. A key that was revoked fails every request to come, so the run stops at once.
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

#: So many tenants refused, and none ever accepted: then it is the key.
_ENOUGH: Final = 5
#: So many tenants that may be read but not written, and none that was written: then it is a read-only key.
_ENOUGH_WRITES: Final = 2


class KeyStatus:
    """What is known of each key in this run. Thread safe."""

    def __init__(self) -> None:
        self._good: dict[Secret, Request] = {}
        self._refused: dict[Secret, set[str]] = {}
        self._revoked: dict[Secret, str] = {}
        self._no_write: dict[Secret, set[str]] = {}
        self._read_only: dict[Secret, str] = {}
        self._wrote: set[Secret] = set()
        self._lock = threading.Lock()

    def check(self, key: Secret) -> None:
        """Raise KeyRevoked for a key that is known to be refused: no request is spent on it."""
        reason = self._revoked.get(key) if self._revoked else None
        if reason is not None:
            raise KeyRevoked(reason)

    def check_write(self, key: Secret) -> None:
        """Raise KeyRevoked for a key that is known to be refused, or taken for a read-only one: no write is spent on it.

        Reads go on with it: what was written meanwhile is still to be read back.
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
        """Return the error to raise: KeyRevoked where the key is refused even for what it was good for before.

        `send` sends that read once more, and raises Denied where it is refused.
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
        """Note that nothing more can be had with this key, and return the error that says so."""
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


class Unremembered(KeyStatus):
    """Concludes nothing for the next request: for a program, which may run for months, its key fixed meanwhile."""

    def accepted(self, key: Secret, request: Request) -> None:
        """Do nothing."""

    def denied(self, key: Secret, request: Request, error: Denied, send: Callable[[Request], None]) -> Denied:
        """Return the error as it is."""
        del key, request, send
        return error

    def write_denied(self, key: Secret, tenant: str, error: Denied) -> Denied:
        """Return the error, which tells that the key may at least read."""
        return Denied(self._write_refusal(key, tenant, error))
