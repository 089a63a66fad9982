"""What pbxsync does in each fault: kind by operation. The page docs/reference/faults.md and the tests are made from this.

One word stands for a behaviour; `READS` and `WRITES` say what it is. Kinds with a moment hit before the operation is
carried out, or after the PBX has committed it, which is told apart for writes alone.
"""

from __future__ import annotations

from typing import Final, NamedTuple

READS: Final = {
    "fine": "understood; nothing else happens",
    "again": "asked again, within the limits of attempts and time; then the tenant fails and the others continue",
    "fails": "not asked again: the tenant fails and the others continue",
    "refused": "the tenant fails and the others continue; if requests that the key was allowed before are refused too,"
    " the key was revoked and the whole run stops",
    "empty": "asked again, then checked with CUSTOMTYPES: believed with a warning, and apply needs --allow-empty",
    "unnoticed": "apply lists twice before it adds, and fails the tenant if the lists differ; if both lack the same row, it"
    " is planned as an add, which people can see; a list after the adds shows duplicates, which are named and fail the run",
    "clash": "if the run also reads the tenant whose destinations these are, both fail and nothing is written to either;"
    " else taken as correct: nothing in this reply shows that it is wrong",
    "alike": "a destination that is listed under a name that looks the same is not added again: the tenant fails; an add"
    " that the list shows under another name fails, and the report says which id to pin",
    "renamed": "a destination that is listed under a name that looks different is planned as an add, which people can see;"
    " an add that the list shows under another name fails, and the report says which id to pin",
    "-": "this operation is not affected",
}
WRITES: Final = {
    "fine": "done: read back with the planned values",
    "found": "done: found on the PBX with the planned values",
    "later": "for an update: sent again, within the limit of attempts, then found on the PBX with the planned values: done",
    "lost": "failed: not found on the PBX, and not sent again in this run",
    "again": "sent again, within the limit of attempts, once it is clear that nothing was stored; then failed",
    "stopped": "failed: not found on the PBX; nothing more is sent for this tenant",
    "barred": "failed: not found on the PBX; after three in a row nothing more is sent for this tenant",
    "wrong": "failed: the PBX stored a different value, and the report shows both",
    "-": "this operation is not affected",
}
BACK: Final = {
    "fine": "understood: done",
    "again": "asked again, within the limits of attempts and time; then the outcome of the write is unknown",
    "unknown": "the outcome of the write is unknown, and the report says so",
    "-": "this operation is not affected",
}


class Cells(NamedTuple):
    """What happens for each operation. `after` are add and update where the PBX had done it before the fault."""

    types: str
    list: str
    get: str
    add: str
    update: str
    back: str
    after: tuple[str, str] | None = None


_DONE: Final = ("found", "found")
_PASSING: Final = Cells("again", "again", "again", "lost", "again", "again", _DONE)
_FINE: Final = Cells("fine", "fine", "fine", "fine", "fine", "fine")
_REFUSED: Final = Cells("refused", "refused", "refused", "stopped", "stopped", "unknown", _DONE)
_BARRED: Final = _REFUSED._replace(add="barred", update="barred")
_NOTHING: Final = Cells("again", "empty", "again", "lost", "lost", "again", ("found", "fine"))
_NO_ANSWER: Final = Cells("fails", "fails", "fails", "lost", "lost", "unknown", _DONE)
_NO_JSON: Final = Cells("fails", "fails", "fails", "lost", "lost", "unknown", ("found", "fine"))
_GARBLED: Final = Cells("fails", "fails", "fails", "found", "fine", "unknown")
_LIST_ROWS: Final = Cells("fails", "fails", "-", "-", "-", "-")
_STORED: Final = Cells("-", "-", "-", "wrong", "wrong", "-")

TABLE: Final[dict[str, Cells]] = {
    "refuse": _PASSING._replace(after=None),
    "reset": _PASSING,
    "close": _PASSING,
    "timeout": _PASSING,
    "latency": _FINE,
    "drip": Cells("again", "again", "again", "fine", "found", "again"),
    "interim": _FINE,
    "cut-body": Cells("again", "again", "again", "found", "found", "again"),
    "status-429": Cells("again", "again", "again", "again", "again", "again", ("found", "later")),
    "status-503": _PASSING,
    "status-500": _PASSING,
    "html-502": _PASSING,
    "html-504": _PASSING,
    "redirect": _NO_ANSWER,
    "login-page": _NO_JSON,
    "status-401": _BARRED,
    "status-403": _BARRED,
    "status-404": _NO_ANSWER,
    "too-bad": _REFUSED,
    "echo-key": _PASSING,
    "empty": _NOTHING,
    "null": _NOTHING,
    "false": _NOTHING,
    "bracket": _NO_JSON,
    "php-fatal": _NO_JSON,
    "php-warning": _GARBLED,
    "cut-json": _GARBLED,
    "latin-1": Cells("fails", "fails", "fails", "fine", "fine", "unknown"),
    "bom": _FINE,
    "gzip": _FINE,
    "bad-gzip": Cells("fails", "fails", "fails", "found", "found", "unknown"),
    "content-coding": Cells("fails", "fails", "fails", "found", "found", "unknown"),
    "huge": _NO_ANSWER,
    "gzip-bomb": _NO_ANSWER,
    "missing-row": Cells("again", "unnoticed", "-", "-", "-", "-"),
    "twice-row": _LIST_ROWS,
    "bad-row": _LIST_ROWS,
    "no-id-row": _LIST_ROWS,
    "wrong-key": _LIST_ROWS,
    "number-ids": _FINE._replace(update="-"),
    "other-row": Cells("-", "-", "fails", "-", "-", "unknown"),
    "many-rows": Cells("-", "fine", "-", "-", "-", "-"),
    "other-tenant": Cells("-", "clash", "again", "lost", "lost", "again"),
    "other-object": Cells("fails", "fails", "-", "-", "-", "-"),
    "te-id": Cells("-", "fine", "fine", "fine", "fine", "unknown"),
    "list-names-html": Cells("-", "alike", "-", "-", "-", "-"),
    "list-names-cut": Cells("-", "renamed", "-", "-", "-", "-"),
    "list-names-upper": Cells("-", "alike", "-", "-", "-", "-"),
    "list-names-trim": Cells("-", "fine", "-", "-", "-", "-"),
    "wrong-id": Cells("-", "-", "-", "found", "-", "-"),
    "cut-values": _STORED,
    "trim-values": _STORED,
    "escape-quotes": _STORED,
    "escape-html": _STORED,
    "lie": Cells("-", "-", "-", "lost", "lost", "-"),
    "stale": Cells("fine", "fine", "fine", "-", "-", "fine"),
    "list-lag": Cells("-", "fine", "fine", "fine", "fine", "fine"),
}
#: The operations that a row speaks of, as they are called on the page.
OPERATIONS: Final = {
    "types": "CUSTOMTYPES list",
    "list": "CUSTOM list",
    "get": "CUSTOM get",
    "add": "CUSTOM add",
    "update": "CUSTOM update",
    "back": "reading back",
}
