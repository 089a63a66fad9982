"""The catalogue of operations as `pbxsync api --list` shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.api.operations import OPERATIONS
from pbxsync.errors import UsageError
from pbxsync.text.sanitize import quote
from pbxsync.text.words import did_you_mean

if TYPE_CHECKING:
    from pbxsync.api.operations import Operation


def listed(reqtype: str | None = None) -> str:
    """Return the operations of one request type, or all: what each takes and answers, whence that is known, an example.

    Raises UsageError for a request type that is not in the catalogue.
    """
    known = {each.reqtype for each in OPERATIONS}
    if reqtype is not None and reqtype.upper() not in known:
        raise UsageError(f"the document has no {quote(reqtype)}{did_you_mean(reqtype, known)}")
    return "\n\n".join(_entry(each) for each in OPERATIONS if reqtype is None or each.reqtype == reqtype.upper())


def _entry(each: Operation) -> str:
    """Return one operation. What is no known read is marked by the option that it needs."""
    takes = " ".join("--json" if name == "jsondata" else name for name in each.parameters)
    return "\n".join(
        (
            each.words if each.reads else f"{each.words}  (needs --write)",
            f"  takes    {takes or 'nothing'}",
            f"  answers  {each.answers}",
            f"  source   {each.source}",
            f"  example  pbxsync api {each.example}",
        )
    )
