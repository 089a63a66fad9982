"""The operations of the user's API document, which of them only read, and the source of that knowledge.

Anything that is not listed here as a read counts as a write: a read-only transport does not send it, and `pbxsync api`
needs `--write` for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pbxsync.api.request import Request


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: what selects it, its other parameters, what it answers, and one example.

    `selectors` are the parameters that name the operation, with their values, which the server takes in any case (doc,
    field). `source` says how it is known to read or write.
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
        """What it answers: `JSON`, `CSV`, `audio` or `text`; anything else if that is not known beforehand."""
        return self.answers.partition(":")[0]

    @property
    def words(self) -> str:
        """The selectors as arguments of `pbxsync api`."""
        return " ".join([self.reqtype, *(f"{name}={value}" for name, value in self.selectors[1:])])


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

#: The actions of MANAGEDB that read any object (vendor).
READ_ACTIONS: Final = ("list", "get", "getdestinations", "getextensions", "getextendedinfos")
#: Reads of the objects that the document does not have: the server knows extensions, DIDs and many more (vendor).
ANY_OBJECT: Final = Operation(
    (_MANAGEDB, ("object", "NAME"), ("action", "|".join(READ_ACTIONS))),
    reads=True,
    parameters=("tenant", "objectid", "cache", "format"),
    answers="JSON: rows of any object of the server",
    source="vendor: the text that reqtype=HELP returns",
    example="MANAGEDB object=EXTENSION action=list tenant=DEMO",
)


def operation(request: Request) -> Operation | None:
    """Return the operation of the document that a request selects, ANY_OBJECT for another read of MANAGEDB, or None."""
    return _selected(
        tuple([(name.lower(), value.lower()) for name, value in request.params if name.lower() in SELECTORS])
    )


def is_read(request: Request) -> bool:
    """Whether a request is known to only read, and has no parameter twice, which might say otherwise."""
    names = [name.lower() for name, _ in request.params]
    if request.jsondata is not None or "jsondata" in names or len(names) != len(set(names)):
        return False
    selected = operation(request)
    return selected is not None and selected.reads


@lru_cache(maxsize=256)
def _selected(selectors: tuple[tuple[str, str], ...]) -> Operation | None:
    """Return the operation of lower-case selectors. A selector too many might select another operation, so it counts."""
    values = {name: value for name, value in selectors if value}
    for known in OPERATIONS:
        if values == {name: value.lower() for name, value in known.selectors}:
            return known
    reads = values.get("reqtype") == "managedb" and values.get("action") in READ_ACTIONS
    return ANY_OBJECT if reads and values.keys() == {"reqtype", "object", "action"} else None
