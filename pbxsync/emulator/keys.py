"""Permissions: read-only and read/write keys, for one tenant or, as admin keys, for all of them [vendor]."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["read", "write"]


class Key(NamedTuple):
    """The permissions of a key. tenant None is an admin key, which opens every tenant."""

    kind: Kind
    tenant: str | None


class KeyRing:
    """The keys and the tenants of one PBX. With tenants None, every tenant code exists.

    With ignore_case, tenant codes that differ only in case are one tenant.
    """

    def __init__(self, tenants: tuple[str, ...] | None, *, ignore_case: bool = False) -> None:
        self._fold = str.casefold if ignore_case else str
        self._tenants = None if tenants is None else frozenset(map(self._fold, tenants))
        self._keys: dict[str, Key] = {}

    def add(self, key: str, kind: Kind, tenant: str | None) -> None:
        """Accept a key, or change its permissions."""
        self._keys[key] = Key(kind, tenant)

    def revoke(self, key: str) -> None:
        """Refuse a key from now on; an unknown key is ignored."""
        self._keys.pop(key, None)

    def kind(self, key: str) -> Kind | None:
        """The kind of a key, None if it is unknown."""
        known = self._keys.get(key)
        return known.kind if known else None

    def opens_every_tenant(self, key: str, *, writes: bool) -> bool:
        """Whether a key is an admin key that allows such a request."""
        known = self._keys.get(key)
        return known is not None and known.tenant is None and (known.kind == "write" or not writes)

    def allows(self, key: str, *, tenant: str, writes: bool, needs_tenant: bool) -> bool:
        """Whether a request with this key and tenant is allowed."""
        known = self._keys.get(key)
        if known is None or (writes and known.kind != "write"):
            return False
        if tenant in {"", "%"}:
            return known.tenant is None and (tenant == "%" or not needs_tenant)
        if known.tenant is not None and self._fold(known.tenant) != self._fold(tenant):
            return False
        return self._tenants is None or self._fold(tenant) in self._tenants
