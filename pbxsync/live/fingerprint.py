"""Fingerprints: a plan can be compared with the PBX later without holding the values that were there.

The fingerprint of a row has a digest of the whole row, and a short one of each field, which shows what moved. A sensitive
param is always digested with a MAC under the tenant's key: it may be short, so whoever holds a plan could try all
short values against a plain digest.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Final

from pbxsync.kinds.compare import compare
from pbxsync.kinds.custom_destination import FIELDS, PARAMS, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.model.entry import Secret
    from pbxsync.model.plan import Destination

#: Hexadecimal digits of the short digest of one field.
_SHORT: Final = 8
#: In the place of the key's mark: no key was used.
_PLAIN: Final = "plain"


class Fingerprinter:
    """Makes fingerprints under one tenant's key."""

    def __init__(self, key: Secret) -> None:
        self._key = hashlib.sha256(b"pbxsync fingerprint\0" + key.reveal().encode()).digest()
        #: Identifies the key, for a clear error if a plan is applied with another one.
        self.mark = hmac.digest(self._key, b"mark", "sha256").hex()[:_SHORT]

    def secret(self, value: str) -> str:
        """Return the fingerprint of one sensitive value: `hmac-sha256:<mark of the key>:<hex>`."""
        mac = hmac.digest(self._key, b"value:" + value.encode("utf-8", "surrogatepass"), "sha256")
        return f"hmac-sha256:{self.mark}:{mac.hex()}"

    def row(self, live: Destination, sensitive: Iterable[int]) -> str:
        """Return the fingerprint of a row, `sha256:<mark of the key, or plain>:<hex>:<short hex of each field>`.

        `sensitive` are the positions, from 1, of the params that are digested under the key.
        """
        fields = {name: _digest(value or "") for name, value in fields_of(live).items()}
        mark = _PLAIN
        for position in sensitive:
            mark = self.mark
            fields[PARAMS[position - 1]] = _digest(self.secret(live.params[position - 1] or ""))
        whole = hashlib.sha256(json.dumps([live.id, *fields.values()]).encode()).hexdigest()
        return f"sha256:{mark}:{whole}:{''.join(each[:_SHORT] for each in fields.values())}"


def key_mark(fingerprint: str | None) -> str | None:
    """Return the mark of the key that a fingerprint was made with, None if it was made without one."""
    mark = fingerprint.split(":")[1] if fingerprint is not None and fingerprint.count(":") >= 2 else _PLAIN
    return None if mark == _PLAIN else mark


def moved_fields(before: str | None, now: str) -> tuple[str, ...]:
    """Return the names of the fields in which two fingerprints of a row differ; all if they do not show which."""
    before = before or ""
    if before.split(":")[2:] == now.split(":")[2:]:
        return ()
    old, new = (_field_digests(fingerprint) for fingerprint in (before, now))
    return compare(old, new) or FIELDS


def _field_digests(fingerprint: str) -> dict[str, str | None]:
    digests = fingerprint.rpartition(":")[2]
    return {field: digests[number * _SHORT : (number + 1) * _SHORT] for number, field in enumerate(FIELDS)}


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
