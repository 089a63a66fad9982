"""Fingerprints by which a plan can be held against the PBX later without saying what was there.

That of a row has the digest of the whole and, so that one can tell which field has moved, a short one of each field. A
sensitive param enters it, and is fingerprinted alone, only through a MAC under the tenant's key: it may be short, and
whoever holds a plan could try all short values against a plain digest.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Final

from pbxsync.kinds.compare import compare
from pbxsync.kinds.custom_destination import FIELDS, PARAMS, fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxsync.live.types import TypeRules
    from pbxsync.model.entry import Secret
    from pbxsync.model.plan import Destination

#: Hexadecimal digits of the short digest of one field.
_SHORT: Final = 8
#: Stands for the mark of the key where none was used.
_PLAIN: Final = "plain"


class Fingerprinter:
    """Makes fingerprints under one tenant's key."""

    def __init__(self, key: Secret) -> None:
        self._key = hashlib.sha256(b"pbxsync fingerprint\0" + key.reveal().encode()).digest()
        #: Tells which key it was, for a clear error where a plan is applied with another one.
        self.mark = hmac.digest(self._key, b"mark", "sha256").hex()[:_SHORT]

    def secret(self, value: str) -> str:
        """Return the fingerprint of one sensitive value: `hmac-sha256:<mark of the key>:<hex>`."""
        mac = hmac.digest(self._key, b"value:" + value.encode("utf-8", "surrogatepass"), "sha256")
        return f"hmac-sha256:{self.mark}:{mac.hex()}"

    def row(self, live: Destination, sensitive: Iterable[int]) -> str:
        """Return that of a live row, `sha256:<mark of the key, or plain>:<hex>:<hex of each field>`.

        `sensitive` are positions of params, from 1.
        """
        fields = {name: _digest(value or "") for name, value in fields_of(live).items()}
        mark = _PLAIN
        for position in sensitive:
            mark = self.mark
            fields[PARAMS[position - 1]] = _digest(self.secret(live.params[position - 1] or ""))
        whole = hashlib.sha256(json.dumps([live.id, *fields.values()]).encode()).hexdigest()
        return f"sha256:{mark}:{whole}:{''.join(each[:_SHORT] for each in fields.values())}"


def row_fingerprint(hasher: Callable[[], Fingerprinter], live: Destination, words: TypeRules) -> str:
    """Return the fingerprint of a live row, with the sensitive params of its live type under the key."""
    return hasher().row(live, words.sensitive(live.type))


def key_mark(fingerprint: str | None) -> str | None:
    """Return the mark of the key that a fingerprint was made with, None for one without a key."""
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
