"""Every operation of the user's document as a method, over the one HTTP layer that the commands use too."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from pbxsync.api.request import Request
from pbxsync.client import checks, mailboxes, reports
from pbxsync.client.writing import add, update
from pbxsync.errors import UsageError
from pbxsync.http.retry import RetryPolicy
from pbxsync.http.transport import ReadTransport, Settings, WriteTransport
from pbxsync.model.entry import Secret
from pbxsync.pbx.key_status import StatelessKeyStatus
from pbxsync.pbx.managedb import PbxReader, PbxWriter
from pbxsync.pbx.replies import call_id, unrecognised
from pbxsync.project.url import EMULATOR, refusal
from pbxsync.text.numbers import whole_number
from pbxsync.text.sanitize import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from typing_extensions import Self

    from pbxsync.client.mailboxes import Mailbox, Message
    from pbxsync.client.reports import Cdr, QueueEvent
    from pbxsync.model.entry import Type
    from pbxsync.pbx.body import Body
    from pbxsync.pbx.managedb import Listing
    from pbxsync.pbx.shapes import Row


class Client:
    """A PBX, while the `with` lasts. Thread safe.

    `url` is the whole address of the endpoint, `https://HOST/pbx/proxyapi.php` (plain http only on loopback); `key` is an
    API key, or an admin key if an operation concerns all tenants. A `read_only` client has no way to send a write.
    `timeout` is in seconds for one request (of a stream: for each wait), `retries` the tries of a read, `parallel` the
    requests in flight.

    Every method raises a WireError of `pbxsync.errors`: Denied if key, tenant or permission are refused (the API has one
    text for these), NotThere for an empty reply (unknown, missing, not found, or not allowed: the API has one for these),
    Unreachable and its subclasses if the network or the server fails, Unrecognised for a reply of no known shape or to
    another question. Reads are tried again if that may help, writes never; `open_outcome` of an error says whether the PBX
    may have acted all the same. No error contains the key.
    """

    def __init__(
        self,
        url: str,
        key: str | Secret,
        *,
        read_only: bool = False,
        timeout: float = 30.0,
        retries: int = 4,
        parallel: int = 8,
    ) -> None:
        """Raise UsageError for a url that no key may be sent to, and for an unusable key. Nothing is sent yet."""
        checks.bounds(timeout, retries, parallel)
        refused = "a program needs the url of a PBX" if url.startswith(EMULATOR) else refusal(url)
        if refused is not None:
            raise UsageError(refused)
        secret = key if isinstance(key, Secret) else Secret(key)
        checks.key(secret.reveal())
        settings = Settings(url, timeout, parallel)
        retry_policy = RetryPolicy.of(retries, timeout)
        self.url = url
        self._pbx: PbxReader | PbxWriter = (
            PbxReader(ReadTransport(settings), lambda _: secret, retry_policy, StatelessKeyStatus())
            if read_only
            else PbxWriter(WriteTransport(settings), lambda _: secret, retry_policy, StatelessKeyStatus())
        )
        self._pbx.transport.redactor.learn(secret)

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._pbx.transport.close()

    def dial(
        self, tenant: str, source: str, dest: str, *, account: str = "", variable: tuple[str, str] | None = None
    ) -> str:
        """Call the extension `source`, then the number `dest`, and return the call id, which `recording` takes (doc).

        `account` is the extension's account, `402-DEMO` in the document. `variable` is a name and a value for the dial
        plan, where it is called TENANT-name (doc).
        """
        checks.needed(source=source, dest=dest)
        var = "" if variable is None else "=".join(variable)
        with self._send("DIAL", tenant=tenant, source=source, dest=dest, account=account, var=var) as body:
            reply = body.read()
        identity = call_id(reply)
        if identity is None:
            raise unrecognised("a success without a call id", reply, body.request, self._pbx.transport.redactor)
        return identity

    def recording(self, call_id: str) -> Body:
        """Return the recording of a call, as it comes: iterate over it, `read()` or `save(path)` it; close it (doc)."""
        checks.needed(call_id=call_id)
        return self._open("INFO", info="recording", id=call_id)

    def pause_agent(self, tenant: str, queue: str, extension: str, reason: str = "") -> str:
        """Pause an agent in a queue and return the reply of the PBX, which the document does not show.

        `queue` is the number of the queue, `extension` like `104-DEMO` (doc).
        """
        checks.needed(queue=queue, extension=extension)
        sent = {"tenant": tenant, "queue": queue, "extension": extension, "pausereason": reason}
        with self._send("AGENT", action="PAUSE", **sent) as body:
            return body.read().decode("utf-8", "replace")

    def media_file(self, tenant: str, objectid: str, file_id: str = "") -> Body:
        """Return the audio of a media file, as it comes; close it (doc).

        `file_id` is the `id` that the document also sends (19 in its example) and does not explain.
        """
        checks.needed(objectid=objectid)
        return self._open("MEDIAFILE", tenant=tenant, id=file_id, action="GETAUDIO", objectid=objectid)

    def voicemails(self, tenant: str) -> tuple[Mailbox, ...]:
        """Return the mailboxes of a tenant (doc). Raises NotThere if it has none: the reply is empty then (guess)."""
        return mailboxes.mailboxes(self._open("VOICEMAIL", tenant=tenant, action="list"), self._pbx.transport.redactor)

    def voicemail_messages(self, tenant: str, mailbox: str) -> tuple[Message, ...]:
        """Return the messages of a mailbox (doc)."""
        checks.needed(mailbox=mailbox)
        body = self._open("VOICEMAIL", tenant=tenant, mailbox=mailbox, action="messages")
        return mailboxes.messages(body, self._pbx.transport.redactor)

    def voicemail_message(self, tenant: str, mailbox: str, msgid: str) -> Body:
        """Return the audio of a message, as it comes; close it (doc)."""
        checks.needed(mailbox=mailbox, msgid=msgid)
        return self._open("VOICEMAIL", tenant=tenant, mailbox=mailbox, action="message", msgid=msgid)

    def count_calls(self) -> int:
        """Return the number of current calls on the system (doc; that the reply is a plain number: guess)."""
        with self._open("COUNTCALLS") as body:
            reply = body.read()
        count = whole_number(reply.strip().decode("latin-1"))
        if count is None:
            raise unrecognised("a reply that is not a number", reply, body.request, self._pbx.transport.redactor)
        return count

    def cdrs(self, tenant: str, start: date | str, end: date | str) -> Iterator[Cdr]:
        """Yield the calls from `start` to before `end` (doc; that `end` is exclusive: guess).

        The tenant `%` with an admin key gives the calls of all tenants, in the admin's format (doc), which names the tenant
        of each.
        """
        return reports.cdrs(self.cdrs_csv(tenant, start, end), tenant)

    def cdrs_csv(self, tenant: str, start: date | str, end: date | str) -> Body:
        """Return the same report as CSV, as it comes; close it."""
        return self._report("CDRS", tenant, start, end)

    def queue_logs(self, tenant: str, start: date | str, end: date | str) -> Iterator[QueueEvent]:
        """Yield the queue log from `start` to before `end` (doc; `end` as with `cdrs`)."""
        return reports.queue_events(self.queue_logs_csv(tenant, start, end))

    def queue_logs_csv(self, tenant: str, start: date | str, end: date | str) -> Body:
        """Return the same report as CSV, as it comes; close it."""
        return self._report("QUEUELOGS", tenant, start, end)

    def custom_types(self, tenant: str) -> tuple[Type, ...]:
        """Return the custom destination types (doc), which are the same for every tenant (field)."""
        return self._pbx.custom_types(tenant)

    def custom_destinations(self, tenant: str) -> Listing:
        """Return the custom destinations of a tenant, provably all of them (doc).

        In its `rows`, `params` is None if this PBX does not list them (field): `get` has them. It is `doubtful` if it
        is empty and errors have the same reply (field). `shared` has those that belong to no tenant (guess).
        """
        return self._pbx.destinations(tenant)

    def get(self, tenant: str, objectid: str) -> Row:
        """Return a custom destination with its twenty params (doc). Raises NotThere if there is no such id."""
        checks.identity(objectid)
        return self._pbx.destination(tenant, objectid)

    def add(self, tenant: str, name: str, type_id: str, params: Mapping[int, str] | None = None) -> Row:
        """Add a custom destination, read it back and return it (doc).

        `params` are texts by position, 1 to 20. Nothing is sent twice: after a lost answer the tenant is listed, and what
        was added is recognised by its name and fields. Raises NotStored if it is not there, or not as it was sent.
        """
        return add(self._writer, tenant, name, type_id, params or {})

    def update(
        self,
        tenant: str,
        objectid: str,
        *,
        name: str | None = None,
        type_id: str | None = None,
        params: Mapping[int, str] | None = None,
    ) -> Row:
        """Change the given fields of a custom destination, read it back and return it (doc).

        Raises NotStored if the PBX stored a different value.
        """
        return update(self._writer, tenant, objectid, name, type_id, params or {})

    @property
    def _writer(self) -> PbxWriter:
        if not isinstance(self._pbx, PbxWriter):
            raise UsageError("this client is read-only: it has no way to send a write")
        return self._pbx

    def _report(self, info: str, tenant: str, start: date | str, end: date | str) -> Body:
        return self._open("INFO", info=info, format="csv", tenant=tenant, start=_day(start), end=_day(end))

    def _open(self, reqtype: str, **params: str) -> Body:
        return self._pbx.open(_request(reqtype, params))

    def _send(self, reqtype: str, **params: str) -> Body:
        return self._writer.send(_request(reqtype, params))


def _request(reqtype: str, params: Mapping[str, str]) -> Request:
    """Return a request without its empty parameters."""
    return Request((("reqtype", reqtype), *((name, value) for name, value in params.items() if value)))


def _day(day: date | str) -> str:
    """Return a day as the API takes it. Raises UsageError."""
    try:
        return (day if isinstance(day, date) else date.fromisoformat(day)).isoformat()[:10]
    except (ValueError, TypeError):
        raise UsageError(f"{quote(str(day))} is not a day: give a date, or text like 2017-01-31") from None
