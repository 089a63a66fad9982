"""The operations of the user's API document, which of them only read, and where that is known from.

What is not in this table as a read is taken for a write: a read-only transport does not send it, and `pbxsync api` wants
`--write` for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pbxsync.api.request import Request


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: what selects it, the further parameters it takes, what it answers, and one example.

    `selectors` are the parameters that name the operation, with their values; the server takes these in any case (doc,
    field). `source` says where it is known from that it reads or writes.
    """

    selectors: tuple[tuple[str, str], ...]
    reads: bool
    parameters: tuple[str, ...]
    answers: str
    source: str
    example: str

    @property
    def reqtype(self) -> str:
        """The request type."""
        return self.selectors[0][1]

    @property
    def kind(self) -> str:
        """What it answers: `JSON`, `CSV`, `audio`, `text`; something else where that is not to be told beforehand."""
        return self.answers.partition(":")[0]

    @property
    def words(self) -> str:
        """What selects it, as `pbxsync api` takes it."""
        return " ".join([self.reqtype, *(f"{name}={value}" for name, value in self.selectors[1:])])

    def fits(self, values: dict[str, str]) -> bool:
        """Whether the parameters of a request, by lower-case name, select this operation and no other.

        A selector that this operation does not have might select another one.
        """
        wanted = dict(self.selectors)
        return all(values.get(name, "").lower() == wanted.get(name, "").lower() for name in SELECTORS)


#: The parameters that select an operation (doc).
SELECTORS: Final = ("reqtype", "object", "info", "action")
_MANAGEDB: Final = ("reqtype", "MANAGEDB")
_CSV_EXAMPLE: Final = "tenant=DEMO format=csv start=2017-01-01 end=2017-02-01"

OPERATIONS: Final = (
    Operation(
        (_MANAGEDB, ("object", "CUSTOMTYPES"), ("action", "list")),
        reads=True,
        parameters=("tenant", "cache", "format"),
        answers="JSON: the custom destination types",
        source="doc: Getting the custom destination type list",
        example="MANAGEDB object=CUSTOMTYPES action=list tenant=DEMO",
    ),
    Operation(
        (_MANAGEDB, ("object", "CUSTOM"), ("action", "list")),
        reads=True,
        parameters=("tenant", "cache", "format"),
        answers="JSON: the custom destinations of a tenant",
        source="doc: Getting the custom destination list",
        example="MANAGEDB object=CUSTOM action=list tenant=DEMO",
    ),
    Operation(
        (_MANAGEDB, ("object", "CUSTOM"), ("action", "get")),
        reads=True,
        parameters=("tenant", "objectid", "cache", "format"),
        answers="JSON: one custom destination with all params",
        source="doc: Getting info for a custom destination",
        example="MANAGEDB object=CUSTOM action=get tenant=DEMO objectid=67",
    ),
    Operation(
        (_MANAGEDB, ("object", "CUSTOM"), ("action", "add")),
        reads=False,
        parameters=("tenant", "jsondata"),
        answers="JSON, SQL text or nothing",
        source="doc: Creating a custom destination",
        example="MANAGEDB object=CUSTOM action=add tenant=DEMO --json @new.json --write",
    ),
    Operation(
        (_MANAGEDB, ("object", "CUSTOM"), ("action", "update")),
        reads=False,
        parameters=("tenant", "objectid", "jsondata"),
        answers="SQL text, JSON or nothing",
        source="doc: Updating a custom destination",
        example="MANAGEDB object=CUSTOM action=update tenant=DEMO objectid=286 --json @change.json --write",
    ),
    Operation(
        (("reqtype", "DIAL"),),
        reads=False,
        parameters=("tenant", "source", "dest", "account", "var"),
        answers="text: Success|Originate successfully queued|<call id>|",
        source="doc: DIAL calls an extension and then a number",
        example="DIAL tenant=DEMO source=402 dest=9922323232 account=402-DEMO --write",
    ),
    Operation(
        (("reqtype", "AGENT"), ("action", "PAUSE")),
        reads=False,
        parameters=("tenant", "queue", "extension", "pausereason"),
        answers="text",
        source="doc: Pause agent from queue",
        example="AGENT action=PAUSE tenant=DEMO queue=281 extension=104-DEMO pausereason=Breakfast --write",
    ),
    Operation(
        (("reqtype", "MEDIAFILE"), ("action", "GETAUDIO")),
        reads=True,
        parameters=("tenant", "id", "objectid"),
        answers="audio",
        source="doc: Retrieve a media file by its ID",
        example="MEDIAFILE action=GETAUDIO tenant=DEMO id=19 objectid=3619 --out media.wav",
    ),
    Operation(
        (("reqtype", "VOICEMAIL"), ("action", "list")),
        reads=True,
        parameters=("tenant",),
        answers="JSON: the mailboxes of a tenant",
        source="doc: Get all voicemails for a tenant",
        example="VOICEMAIL action=list tenant=DEMO",
    ),
    Operation(
        (("reqtype", "VOICEMAIL"), ("action", "messages")),
        reads=True,
        parameters=("tenant", "mailbox"),
        answers="JSON: the messages of a mailbox",
        source="doc: Get info about voicemails in a mailbox",
        example="VOICEMAIL action=messages tenant=DEMO mailbox=102",
    ),
    Operation(
        (("reqtype", "VOICEMAIL"), ("action", "message")),
        reads=True,
        parameters=("tenant", "mailbox", "msgid"),
        answers="audio",
        source="doc: Get the binary audio for a message",
        example="VOICEMAIL action=message tenant=DEMO mailbox=102 msgid=1475685709-00000004 --out message.wav",
    ),
    Operation(
        (("reqtype", "COUNTCALLS"),),
        reads=True,
        parameters=("tenant",),
        answers="text: a number",
        source="doc: Count the calls on a system",
        example="COUNTCALLS",
    ),
    Operation(
        (("reqtype", "INFO"), ("info", "recording")),
        reads=True,
        parameters=("tenant", "id"),
        answers="audio",
        source="doc: The call id can be used to retrieve the recording",
        example="INFO info=recording id=15a4cfe6429054 --out call.wav",
    ),
    Operation(
        (("reqtype", "INFO"), ("info", "CDRS")),
        reads=True,
        parameters=("tenant", "format", "start", "end"),
        answers="CSV: the tenant's format, or with tenant=% the admin's",
        source="doc: Get the cdr for a tenant in CSV format",
        example=f"INFO info=CDRS {_CSV_EXAMPLE}",
    ),
    Operation(
        (("reqtype", "INFO"), ("info", "QUEUELOGS")),
        reads=True,
        parameters=("tenant", "format", "start", "end"),
        answers="CSV",
        source="doc: Get the queue log for a tenant in CSV format",
        example=f"INFO info=QUEUELOGS {_CSV_EXAMPLE}",
    ),
    Operation(
        (("reqtype", "HELP"),),
        reads=True,
        parameters=(),
        answers="text: the vendor's list of operations",
        source="vendor: the text that reqtype=HELP returns",
        example="HELP",
    ),
)

_SELECTING: Final = frozenset(name for each in OPERATIONS for name, _ in each.selectors)


def operation(request: Request) -> Operation | None:
    """Return the operation of the document that a request selects, or None."""
    return _selected(request.params)


def is_read(request: Request) -> bool:
    """Whether a request is one that is known only to read, and carries no parameter twice that could say otherwise."""
    names = [name.lower() for name, _ in request.params]
    if request.jsondata is not None or "jsondata" in names or len(names) != len(set(names)):
        return False
    return _reads(tuple([pair for pair in request.params if pair[0].lower() in _SELECTING]))


@lru_cache(maxsize=256)
def _reads(selecting: tuple[tuple[str, str], ...]) -> bool:
    """Whether these of a request's parameters, which are all that select an operation, select one that only reads."""
    found = _selected(selecting)
    return found is not None and found.reads


def _selected(params: tuple[tuple[str, str], ...]) -> Operation | None:
    values = {name.lower(): value for name, value in params}
    return next((each for each in OPERATIONS if each.fits(values)), None)
