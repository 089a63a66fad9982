"""The MANAGEDB operations on custom destinations, typed: one that reads, and one that writes as well."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pbxsync.api.request import Request
from pbxsync.errors import Barred, Denied, KeyRevoked, NotThere, Unrecognised, WireError
from pbxsync.http.retry import RetryPolicy, with_retries
from pbxsync.kinds.custom_destination import ID_COLUMN, NUMBER_COLUMNS, OBJECT, TYPES_OBJECT
from pbxsync.pbx import body, replies, rows
from pbxsync.pbx.key_status import KeyStatus
from pbxsync.text.sanitize import truncate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pbxsync.api.request import Reply
    from pbxsync.http.transport import ReadTransport, WriteTransport
    from pbxsync.model.entry import Secret, Type
    from pbxsync.pbx.body import Body
    from pbxsync.pbx.rows import Row
    from pbxsync.redaction.redactor import Redactor


_USUAL: Final = RetryPolicy()


@dataclass(frozen=True, slots=True)
class Listing:
    """The custom destinations of a tenant. `doubtful`: there are none, said in a way that is also how errors look."""

    rows: tuple[Row, ...]
    doubtful: bool = False


class PbxReader:
    """Reads the custom destinations of tenants. `key_for(tenant)` gives the key. Thread safe.

    Every method raises a WireError of errors.py: Denied and KeyRevoked at once, what may pass after `patience`. `standing`
    draws the conclusions for a whole run, unless another one is given.
    """

    def __init__(
        self,
        transport: ReadTransport,
        key_for: Callable[[str], Secret],
        retry_policy: RetryPolicy = _USUAL,
        standing: KeyStatus | None = None,
    ) -> None:
        self.transport = transport
        self._key_for = key_for
        self.retry_policy = retry_policy
        self.standing = standing or KeyStatus()

    def custom_types(self, tenant: str) -> tuple[Type, ...]:
        """Return the custom destination types: one table for the whole PBX (field).

        Only `[]` and `{}` say that there are none: a nothing that may be an error is asked again, and then is one.
        """
        request = _managedb(TYPES_OBJECT, tenant, "list")
        text = self._asked_again(request, tenant)
        if text is None:
            raise Unrecognised(f"{request}: nothing, twice, which is how errors look")
        found: tuple[Type, ...] = self._shaped(rows.types, text, tenant, TYPES_OBJECT)
        return found

    def destinations(self, tenant: str) -> Listing:
        """Return all custom destinations of a tenant, provably whole or not at all.

        `[]` and `{}` say that there are none. An empty body, `null` and `false` may say so too, or be an error (field):
        it is asked again, and then believed only where CUSTOMTYPES answers the same key and tenant with rows.
        """
        request = _managedb(OBJECT, tenant, "list")
        text = self._asked_again(request, tenant)
        if text is not None:
            return Listing(self._shaped(rows.destinations, text, tenant, OBJECT))
        if not self.custom_types(tenant):
            raise Unrecognised(f"{request}: nothing, twice, and CUSTOMTYPES has nothing either")
        return Listing((), doubtful=True)

    def destination(self, tenant: str, objectid: str) -> Row:
        """Return one custom destination with its params. Raises NotThere where the server has nothing for this id."""
        request = _managedb(OBJECT, tenant, "get", objectid)
        text = self._asked_again(request, tenant)
        found: Row | None = None
        if text is not None:
            found = self._shaped(lambda value: rows.one_destination(value, objectid), text, tenant, OBJECT, objectid)
        if found is None:
            raise NotThere(
                f"destination {truncate(objectid)} of {truncate(tenant)} is not there (or not shown to this key)"
            )
        return found

    def open(self, request: Request) -> Body:
        """Send any read, and return its answer as it comes; close it. Raises NotThere for an empty reply."""
        return body.read(self.transport, request, self._key_for(request.value("tenant")), self.retry_policy)

    @property
    def _redact(self) -> Redactor:
        return self.transport.redactor

    def _asked_again(self, request: Request, tenant: str) -> str | None:
        """Send a read, and once more where the answer is a nothing that may be an error; None where it stays so."""
        text = self._read(request, tenant)
        if text.strip() in replies.NOTHING:
            time.sleep(self.retry_policy.pause)
            text = self._read(request, tenant)
        return None if text.strip() in replies.NOTHING else text

    def _read(self, request: Request, tenant: str) -> str:
        """Send a read until it is answered, within patience; return its text."""
        key = self._key_for(tenant)
        redact = self.transport.redactor

        def once() -> bytes:
            self.standing.check(key)
            return replies.usable(self.transport.read(request, key), request, redact)

        try:
            found = with_retries(once, self.transport.counters, self.retry_policy)
        except KeyRevoked:
            raise  # known already: no request is spent on it
        except Denied as error:
            raise self.standing.denied(key, request, error, self._again(key)) from None
        text = replies.text(found, request, redact)
        self.standing.accepted(key, request)
        return text

    def _again(self, key: Secret) -> Callable[[Request], None]:
        """Return what sends a read once more, to see whether the key is still good for it."""

        def send(request: Request) -> None:
            try:
                replies.usable(self.transport.read(request, key), request, self.transport.redactor)
            except Denied:
                raise
            except WireError:
                return  # tells nothing of the key

        return send

    def _shaped(self, shape: Callable[[Any], Any], text: str, tenant: str, table: str, objectid: str = "") -> Any:
        """Bring a text into a shape, or raise the wire's error with what was wrong and an excerpt."""
        try:
            return shape(rows.parse(text))
        except rows.ShapeError as error:
            request = _managedb(table, tenant, "get" if objectid else "list", objectid)
            raise replies.unrecognised(f"a reply with {error}", text, request, self._redact) from None


class PbxWriter(PbxReader):
    """Reads, and adds and updates. Nothing is repeated here: whether that is safe only the caller can know."""

    transport: WriteTransport
    #: Once this returns anything true, a write that still waits for its turn is not sent any more.
    ended: Callable[[], object] | None = None

    def ready(self, tenant: str) -> None:
        """Raise KeyRevoked where it is known that the key would be refused."""
        self.standing.check_write(self._key_for(tenant))

    def has_written(self, tenant: str) -> bool:
        """Whether the PBX has accepted a write with the key of this tenant in this run."""
        return self.standing.has_written(self._key_for(tenant))

    def add(self, tenant: str, fields: Mapping[str, str]) -> str | None:
        """Add a custom destination and return its new id, None where the reply does not tell it (SQL text, nothing).

        `fields` are columns (`cu_name`, `cu_ct_id`, `cu_param1`…) and their text. Raises a WireError, whose
        `open_outcome` tells whether the server may have acted all the same.
        """
        text = self._write(_managedb(OBJECT, tenant, "add", fields=fields), tenant)
        try:
            return rows.new_id(rows.parse(text))
        except rows.ShapeError:
            return None

    def update(self, tenant: str, objectid: str, fields: Mapping[str, str]) -> None:
        """Update fields of a custom destination. Whatever the reply is, only reading back shows what happened."""
        fields = {ID_COLUMN: objectid, **fields}
        self._write(_managedb(OBJECT, tenant, "update", objectid, fields=fields), tenant)

    def send(self, request: Request) -> Body:
        """Send anything, once, and return its answer as it comes; close it. Raises NotThere for an empty reply."""
        return body.write(self.transport, request, self._key_for(request.value("tenant")))

    def _write(self, request: Request, tenant: str) -> str:
        key = self._key_for(tenant)
        self.standing.check_write(key)
        reply: Reply = self.transport.write(request, key, self.ended)
        try:
            told = replies.usable(reply, request, self._redact)
        except Barred:
            raise  # whatever the key may do
        except Denied as error:
            raise self._write_denied(key, tenant, error) from None
        self.standing.wrote(key)
        return told.decode("utf-8", "replace")

    def _write_denied(self, key: Secret, tenant: str, error: Denied) -> Denied:
        """Return the error for a refused write, which tells whether the key may at least read."""
        read = _managedb(OBJECT, tenant, "list")
        try:
            self._again(key)(read)
        except Denied:
            return self.standing.denied(key, read, error, self._again(key))
        return self.standing.write_denied(key, tenant, error)


def _managedb(
    table: str, tenant: str, action: str, objectid: str = "", *, fields: Mapping[str, str] | None = None
) -> Request:
    """Return a MANAGEDB request. Reads ask past the server's SQL cache (vendor): decisions rest on all of them."""
    params = [("reqtype", "MANAGEDB"), ("object", table), ("tenant", tenant), ("action", action)]
    if objectid:
        params.append(("objectid", objectid))
    if fields is None:
        params.append(("cache", "no"))
    return Request(tuple(params), None if fields is None else json.dumps(_typed(fields)))


def _typed(fields: Mapping[str, str]) -> dict[str, str | int]:
    """Return the fields of a write as the document sends them: ids as numbers, all else as text (doc)."""
    return {name: int(value) if name in NUMBER_COLUMNS else value for name, value in fields.items()}
