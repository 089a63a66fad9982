"""Who may do what: read-only and read/write keys, for one tenant or, as admin keys, for all of them [vendor]."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["read", "write"]


class Key(NamedTuple):
    """What a key opens; tenant None is an admin key, which opens every tenant."""

    kind: Kind
    tenant: str | None


class KeyRing:
    """The keys of one PBX and the tenants that it has; tenants None has every tenant that is asked for."""

    def __init__(self, tenants: tuple[str, ...] | None) -> None:
        self._tenants = None if tenants is None else frozenset(tenants)
        self._keys: dict[str, Key] = {}

    def add(self, key: str, kind: Kind, tenant: str | None) -> None:
        """Let a key in, or change what it may do."""
        self._keys[key] = Key(kind, tenant)

    def revoke(self, key: str) -> None:
        """Let a key in no longer; nothing happens where it was unknown."""
        self._keys.pop(key, None)

    def kind(self, key: str) -> Kind | None:
        """Of which kind a key is, None for a wrong one."""
        found = self._keys.get(key)
        return found.kind if found else None

    def allows(self, key: str, *, tenant: str, writes: bool, needs_tenant: bool) -> bool:
        """Whether a request with that key and tenant may go on."""
        found = self._keys.get(key)
        if found is None or (writes and found.kind != "write"):
            return False
        if tenant in {"", "%"}:
            return found.tenant is None and (tenant == "%" or not needs_tenant)
        if found.tenant not in {None, tenant}:
            return False
        return self._tenants is None or tenant in self._tenants
