"""The MANAGEDB operations on custom destinations, typed: a reader, and a writer that reads as well."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pbxsync.api.request import Request
from pbxsync.errors import Barred, Denied, KeyRevoked, NotThere, Unrecognised, WireError
from pbxsync.http.retry import RetryPolicy, with_retries
from pbxsync.kinds.custom_destination import ID_COLUMN, NUMBER_COLUMNS, OBJECT, TYPES_OBJECT
from pbxsync.pbx import body, replies, shapes
from pbxsync.pbx.key_status import KeyStatus
from pbxsync.pbx.ownership import NO_TENANT, Ownership
from pbxsync.text.sanitize import truncate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pbxsync.api.request import Reply
    from pbxsync.http.transport import ReadTransport, WriteTransport
    from pbxsync.model.entry import Secret, Type
    from pbxsync.pbx.body import Body
    from pbxsync.pbx.shapes import Row


_DEFAULT_POLICY: Final = RetryPolicy()
#: What the HELP of running servers calls the object that the document calls CUSTOMTYPES (vendor).
_TYPES_BY_SERVERS: Final = "customtype"


@dataclass(frozen=True, slots=True)
class Listing:
    """The custom destinations of a tenant; `shared` ones are listed beside them and belong to no tenant.

    `doubtful`: there are none, by a reply that errors look like too.
    """

    rows: tuple[Row, ...]
    doubtful: bool = False
    shared: tuple[Row, ...] = ()


class PbxReader:
    """Reads the custom destinations of tenants. `key_for(tenant)` gives the key. Thread safe.

    Every method raises a WireError of errors.py: Denied and KeyRevoked at once, what may pass only after `retry_policy`.
    `key_status` draws conclusions from refused keys for a whole run, unless another one is given.
    """

    def __init__(
        self,
        transport: ReadTransport,
        key_for: Callable[[str], Secret],
        retry_policy: RetryPolicy = _DEFAULT_POLICY,
        key_status: KeyStatus | None = None,
        ownership: Ownership | None = None,
    ) -> None:
        self.transport = transport
        self._key_for = key_for
        self.retry_policy = retry_policy
        self.key_status = key_status or KeyStatus()
        self.ownership = ownership or Ownership()

    def custom_types(self, tenant: str) -> tuple[Type, ...]:
        """Return the custom destination types: one table for the whole PBX (field).

        The document calls the object CUSTOMTYPES, the HELP of servers `customtype` (vendor), which is asked once if the
        first name gives no types. Only `[]` and `{}` say that there are none.
        """
        try:
            types: tuple[Type, ...] | None = self._rows(_managedb(TYPES_OBJECT, tenant, "list"), shapes.types)
        except (KeyRevoked, Barred):
            raise
        except Denied:
            types = self._types_by_other_name(tenant)
            if not types:
                raise
        types = types or self._types_by_other_name(tenant) or types
        if types is None:
            raise Unrecognised(
                f"{_managedb(TYPES_OBJECT, tenant, 'list')}: an empty reply, twice, which may be an error"
            )
        return types

    def destinations(self, tenant: str) -> Listing:
        """Return all custom destinations of a tenant, provably whole or not at all.

        `[]` and `{}` say that there are none. An empty body, `null` and `false` may say so too, or be an error (field): the
        list is asked for again, and then believed only if the same key and tenant get types.
        """
        request = _managedb(OBJECT, tenant, "list")
        listed = self._rows(request, lambda value: self.ownership.listed(tenant, shapes.destinations(value)))
        if listed is not None:
            return self._listing(tenant, *listed)
        if not self.custom_types(tenant):
            raise Unrecognised(f"{request}: an empty reply, twice, and CUSTOMTYPES lists nothing either")
        return Listing((), doubtful=True)

    def _listing(
        self, tenant: str, own: tuple[Row, ...], shared: tuple[Row, ...], doubtful: tuple[Row, ...]
    ) -> Listing:
        """Return a list, without the rows that are shared. `doubtful` ones among its `own` may be: see Ownership."""
        listed = {row.id for row in doubtful}
        for row in doubtful:
            if not self._found_shared(tenant, row, (other for other in own if other.id not in listed)):
                break  # it belongs to two tenants, which fails both in the end
        if doubtful:
            shared += tuple(row for row in own if self.ownership.is_shared(tenant, row))
            own = tuple(row for row in own if not self.ownership.is_shared(tenant, row))
        return Listing(own, shared=shared)

    def _found_shared(self, tenant: str, listed: Row, others: Iterator[Row]) -> bool:
        """Fetch a row that another tenant's list holds too, and return whether its `cu_te_id` shows that it is shared."""
        try:
            row = self.destination(tenant, listed.id)
            if row.tenant_id is None:
                return False
            if row.tenant_id not in NO_TENANT:
                own = next((self.destination(tenant, other.id).tenant_id for other in others), None)
                if own in {None, row.tenant_id, *NO_TENANT}:
                    return False
        except NotThere:
            return False
        self.ownership.share(row)
        return True

    def destination(self, tenant: str, objectid: str) -> Row:
        """Return one custom destination with its params. Raises NotThere if the server has nothing for this id."""
        request = _managedb(OBJECT, tenant, "get", objectid)
        row: Row | None = self._rows(request, lambda value: shapes.one_destination(value, objectid))
        if row is None:
            raise NotThere(
                f"destination {truncate(objectid)} of {truncate(tenant)} is not there (or not shown to this key)"
            )
        self.ownership.fetched(tenant, row)
        return row

    def open(self, request: Request) -> Body:
        """Send any read, and return its answer as it comes; close it. Raises NotThere for an empty reply."""
        return body.read(self.transport, request, self._key_for(request.value("tenant")), self.retry_policy)

    def _types_by_other_name(self, tenant: str) -> tuple[Type, ...]:
        """Return the types by the server's own name of the object; none if it does not know that either."""
        try:
            return self._rows(_managedb(_TYPES_BY_SERVERS, tenant, "list"), shapes.types, tries=1) or ()
        except (Denied, Unrecognised):
            return ()

    def _rows(self, request: Request, shape: Callable[[Any], Any], tries: int = 2) -> Any:
        """Send a read and bring its reply into a shape; None after `tries` replies that hold nothing."""
        for left in reversed(range(tries)):
            text = self._read(request)
            if text.strip() not in replies.NOTHING:
                break
            if not left:
                return None
            time.sleep(self.retry_policy.pause)
        try:
            return shape(shapes.parse(text))
        except shapes.ShapeError as error:
            raise replies.unrecognised(f"a reply with {error}", text, request, self.transport.redactor) from None

    def _read(self, request: Request) -> str:
        """Send a read until it is answered, within the retry policy; return its text."""
        key = self._key_for(request.value("tenant"))
        redact = self.transport.redactor

        def once() -> bytes:
            self.key_status.check(key)
            return replies.usable(self.transport.read(request, key), request, redact)

        try:
            answer = with_retries(once, self.transport.counters, self.retry_policy)
        except KeyRevoked:
            raise  # already known, without a request
        except Denied as error:
            raise self.key_status.denied(key, request, error, self._probe(key)) from None
        text = replies.text(answer, request, redact)
        self.key_status.accepted(key, request)
        return text

    def _probe(self, key: Secret) -> Callable[[Request], None]:
        """Return a function that sends a read once, and raises Denied if the key is refused."""

        def send(request: Request) -> None:
            try:
                replies.usable(self.transport.read(request, key), request, self.transport.redactor)
            except Denied:
                raise
            except WireError:
                return  # says nothing about the key

        return send


class PbxWriter(PbxReader):
    """Reads, and adds and updates. Nothing is repeated here: whether that is safe only the caller can know."""

    transport: WriteTransport
    #: Once this returns anything true, a write that still waits for its turn is not sent any more.
    ended: Callable[[], object] | None = None

    def ready(self, tenant: str) -> None:
        """Raise KeyRevoked if the key is known to be refused for writes."""
        self.key_status.check_write(self._key_for(tenant))

    def has_written(self, tenant: str) -> bool:
        """Whether the PBX has accepted a write with the key of this tenant in this run."""
        return self.key_status.has_written(self._key_for(tenant))

    def add(self, tenant: str, fields: Mapping[str, str]) -> str | None:
        """Add a custom destination and return its new id, or None if the reply lacks it (SQL text, nothing).

        `fields` are columns (`cu_name`, `cu_ct_id`, `cu_param1`…) and their text. Raises a WireError, whose `open_outcome`
        says whether the server may have acted all the same.
        """
        text = self._write(_managedb(OBJECT, tenant, "add", fields=fields), tenant)
        try:
            return shapes.new_id(shapes.parse(text))
        except shapes.ShapeError:
            return None

    def update(self, tenant: str, objectid: str, fields: Mapping[str, str]) -> None:
        """Update columns of a custom destination. Whatever the reply is, only reading back shows what happened."""
        fields = {ID_COLUMN: objectid, **fields}
        self._write(_managedb(OBJECT, tenant, "update", objectid, fields=fields), tenant)

    def send(self, request: Request) -> Body:
        """Send anything, once, and return its answer as it comes; close it. Raises NotThere for an empty reply."""
        return body.write(self.transport, request, self._key_for(request.value("tenant")))

    def _write(self, request: Request, tenant: str) -> str:
        key = self._key_for(tenant)
        self.key_status.check_write(key)
        reply: Reply = self.transport.write(request, key, self.ended)
        try:
            answer = replies.usable(reply, request, self.transport.redactor)
        except Barred:
            raise  # by a proxy or web server, which knows nothing of keys
        except Denied as error:
            raise self._write_denied(key, tenant, error) from None
        self.key_status.wrote(key)
        return answer.decode("utf-8", "replace")

    def _write_denied(self, key: Secret, tenant: str, error: Denied) -> Denied:
        """Return the error for a refused write, which says whether the key may read at least."""
        read = _managedb(OBJECT, tenant, "list")
        try:
            self._probe(key)(read)
        except Denied:
            return self.key_status.denied(key, read, error, self._probe(key))
        return self.key_status.write_denied(key, tenant, error)


def _managedb(
    table: str, tenant: str, action: str, objectid: str = "", *, fields: Mapping[str, str] | None = None
) -> Request:
    """Return a MANAGEDB request. Every read bypasses the server's SQL cache (vendor), because decisions rest on it."""
    params = [("reqtype", "MANAGEDB"), ("object", table), ("tenant", tenant), ("action", action)]
    if objectid:
        params.append(("objectid", objectid))
    if fields is None:
        params.append(("cache", "no"))
    return Request(tuple(params), None if fields is None else json.dumps(_typed(fields)))


def _typed(fields: Mapping[str, str]) -> dict[str, str | int]:
    """Return the fields of a write as the document sends them: ids as numbers, all else as text (doc)."""
    return {name: int(value) if name in NUMBER_COLUMNS else value for name, value in fields.items()}
