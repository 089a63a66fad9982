"""Divides tenants among the runners of a CI matrix. Pure: every runner computes the same division."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.errors import UsageError
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Shard:
    """Shard `number` of `count`, counted from 1."""

    number: int
    count: int

    def of(self, tenants: Sequence[str]) -> tuple[str, ...]:
        """Return the tenants of this shard, sorted.

        Each tenant prefers the shards in an order of its own, and gets the first that has room. So the sizes of the
        shards differ by one at most, and most tenants keep their shard when others come or go.
        """
        room = [-(-len(tenants) // self.count)] * self.count
        mine = []
        for tenant in sorted(tenants, key=lambda code: _score(code, 0)):
            ranked = sorted(range(1, self.count + 1), key=lambda number: _score(tenant, number))
            chosen = next(number for number in ranked if room[number - 1])
            room[chosen - 1] -= 1
            mine += [tenant] if chosen == self.number else []
        return tuple(sorted(mine))


def parse(text: str) -> Shard:
    """Return the shard that `I/N` names. Raises UsageError."""
    match = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
    number, count = (int(part) for part in match.groups()) if match else (0, 0)
    if not 1 <= number <= count:
        raise UsageError(f"invalid --shard {quote(text)}: use I/N, for example 1/8")
    return Shard(number, count)


def _score(tenant: str, shard: int) -> bytes:
    return hashlib.blake2b(f"{shard}/{tenant}".encode(), digest_size=8).digest()
