"""The operations as `pbxsync api --list` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.api.operations import ANY_OBJECT, OPERATIONS
from pbxsync.errors import UsageError
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from pbxsync.api.operations import Operation


def listed(reqtype: str | None = None) -> str:
    """Return the operations of one request type, or all: parameters, answer, source and an example of each.

    Raises UsageError for an unknown request type.
    """
    known = {operation.reqtype for operation in OPERATIONS}
    if reqtype is not None and reqtype.upper() not in known:
        raise UsageError(f"the document has no {quote(reqtype)}{did_you_mean(reqtype, known)}")
    return "\n\n".join(
        _entry(operation)
        for operation in (*OPERATIONS, ANY_OBJECT)
        if reqtype is None or operation.reqtype == reqtype.upper()
    )


def _entry(operation: Operation) -> str:
    takes = " ".join("--json" if name == "jsondata" else name for name in operation.parameters)
    return "\n".join(
        (
            operation.words if operation.reads else f"{operation.words}  (needs --write)",
            f"  takes    {takes or 'nothing'}",
            f"  answers  {operation.answers}",
            f"  source   {operation.source}",
            f"  example  pbxsync api {operation.example}",
        )
    )
