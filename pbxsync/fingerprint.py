"""Fingerprints by which a plan can be held against the PBX later without saying what was there.

That of a row is a plain digest of its fields, but a sensitive param enters it, and is fingerprinted alone, only through a
MAC under the tenant's key: it may be short, and whoever holds a plan could try all short values against a plain digest.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING

from pbxsync.diff import values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.model import Destination, Secret


class Fingerprinter:
    """Makes fingerprints under one tenant's key; asks for the key only where something sensitive is met."""

    def __init__(self, key: Secret) -> None:
        self._key = hashlib.sha256(b"pbxsync fingerprint\0" + key.reveal().encode()).digest()

    @property
    def mark(self) -> str:
        """Tells which key it was, for a clear error where a plan is applied with another one."""
        return hmac.digest(self._key, b"mark", "sha256").hex()[:8]

    def secret(self, value: str) -> str:
        """Return the fingerprint of one sensitive value: `hmac-sha256:<mark of the key>:<hex>`."""
        return f"hmac-sha256:{self.mark}:{hmac.digest(self._key, b'value:' + value.encode(), 'sha256').hex()}"

    def row(self, live: Destination, sensitive: Iterable[int]) -> str:
        """Return the fingerprint of a whole live row; `sensitive` are positions from 1."""
        fields = dict(values(live))
        hidden = [f"param{position}" for position in sorted(sensitive)]
        for name in hidden:
            fields[name] = self.secret(fields[name] or "")
        text = json.dumps([live.id, *fields.values()], ensure_ascii=True).encode()
        digest = hashlib.sha256(text).hexdigest()
        return f"sha256:{digest}" if not hidden else f"sha256:{self.mark}:{digest}"


def key_mark(fingerprint: str | None) -> str | None:
    """Return the mark of the key that a fingerprint was made with, None for one without a key."""
    parts = (fingerprint or "").split(":")
    return parts[1] if len(parts) == 3 else None
