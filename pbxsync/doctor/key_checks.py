"""Tells whether a key may write, without writing.

The server refuses a read-only key that asks for a write before it looks at what is to be written, with the one text that
it has for that (field). So it is asked for an update that can change nothing, for two reasons at once. It carries no
fields: an update takes those that are given (doc) and runs `update … set … where …` (field), and without any there is
nothing to set. And it names an object that is not there, which a read has shown just before.

Where even that is too much, `--reads-only` leaves it out, and the kind of a key stays untold.
"""

from __future__ import annotations

from collections import defaultdict
from enum import Enum
from typing import TYPE_CHECKING, Final

from pbxsync.api.request import Request
from pbxsync.doctor.check import Check, odd, ok
from pbxsync.errors import Denied, NotThere, WireError
from pbxsync.kinds.custom_destination import OBJECT
from pbxsync.pbx import replies
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.http.transport import WriteTransport
    from pbxsync.model.entry import Secret
    from pbxsync.project import Project

#: Ids count up from 1; a PBX that has this one gets no such request.
NOBODY: Final = "2147483646"


class Kind(str, Enum):
    """What a key may do."""

    READ_ONLY = "read-only"
    READ_WRITE = "read/write"
    REFUSED = "refused"
    UNTOLD = "not to be told"

    __str__ = str.__str__


def kind_of(transport: WriteTransport, tenant: str, key: Secret) -> Kind:
    """Return what a key may do in a tenant."""
    try:
        if not _is_free(transport, tenant, key):
            return Kind.UNTOLD
    except Denied:
        return Kind.REFUSED
    except WireError:
        return Kind.UNTOLD
    request = _request("update", tenant)
    try:
        replies.usable(transport.write(request, key), request, transport.redactor)
    except Denied:
        return Kind.READ_ONLY
    except WireError:
        return Kind.UNTOLD
    return Kind.READ_WRITE


def _is_free(transport: WriteTransport, tenant: str, key: Secret) -> bool:
    """Whether the PBX says that it has no object of that id. Raises a WireError."""
    request = _request("get", tenant, ("cache", "no"))
    try:
        body = replies.usable(transport.read(request, key), request, transport.redactor)
    except NotThere:
        return False  # the url: a web server says 404
    return body.strip().decode("latin-1") in {*replies.NOTHING, "[]", "{}"}


def _request(action: str, tenant: str, *more: tuple[str, str]) -> Request:
    words = (("reqtype", "MANAGEDB"), ("object", OBJECT), ("tenant", tenant), ("action", action))
    return Request((*words, ("objectid", NOBODY), *more))


def kinds(transport: WriteTransport, project: Project, tenants: Sequence[str], most: int) -> Iterator[Check]:
    """Tell of each key of these tenants what it may do; each is tried for one tenant, and at most so many are."""
    whose: dict[Secret, str] = {}
    used: dict[Secret, set[str]] = defaultdict(set)
    for tenant in tenants:
        for purpose in ("read", "write"):
            if project.has_key(tenant, write=purpose == "write"):
                key = project.write_key(tenant) if purpose == "write" else project.read_key(tenant)
                whose.setdefault(key, tenant)
                used[key].add(purpose)
    for key, tenant in list(whose.items())[:most]:
        name = project.key_name(tenant, write="read" not in used[key]) or ""
        yield _said(name, frozenset(used[key]), kind_of(transport, tenant, key))
    if len(whose) > most:
        yield odd("key kind", f"{plural(len(whose) - most, 'more key')} not tried (--all tries every one)")


def _said(name: str, used: frozenset[str], kind: Kind) -> Check:
    """Return the line for a key by what it is used for."""
    if kind is Kind.READ_ONLY:
        if "write" in used:
            return odd("key kind", f"{name} is read-only, and meant to write: apply would fail")
        return ok("key kind", f"{name} is read-only")
    if kind is Kind.READ_WRITE:
        if "read" in used:
            return odd(
                "key kind", f"{name} is read/write, and plans read with it: a read-only key for read_key is safer"
            )
        return ok("key kind", f"{name} is read/write")
    if kind is Kind.REFUSED:
        return odd("key kind", f"{name} is refused by the PBX, or knows no such tenant")
    return odd("key kind", f"whether {name} may write cannot be told")
