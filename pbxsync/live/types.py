"""The PBX's custom destination types, looked up by name or number, and fetched as seldom as can be."""

from __future__ import annotations

import threading
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final, Protocol

from pbxsync.errors import MatchError, WireError
from pbxsync.model.entry import Type
from pbxsync.text.sanitize import quote
from pbxsync.text.words import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxsync.model.entry import Entry, Place, Secret

#: So many tenants that could not have the types: then nobody can.
_ENOUGH: Final = 3


class TypeRules(Protocol):
    """What the project says of the params of each type."""

    def labels(self, kind: Type, /) -> tuple[str, ...]:
        """Return the labels of param1, param2…; empty where there are none."""

    def sensitive(self, kind: Type | None, /) -> frozenset[int]:
        """Return the positions (from 1) of the sensitive params; where the type is not told, of those that it may be."""

    def secret_value(self, text: str, place: Place, /) -> Secret:
        """Return what `${VAR}` or `${file:PATH}` stands for. Raises InputError for a literal or an unset variable."""


class CachedTypeRules:
    """A vocabulary that is asked once for each type: thousands of destinations have few types among them."""

    def __init__(self, words: TypeRules) -> None:
        self.labels = cache(words.labels)
        self.sensitive = cache(words.sensitive)
        self.secret_value = words.secret_value


class TypeTable:
    """All types of one PBX. Names need not be unique."""

    def __init__(self, types: Iterable[Type]) -> None:
        self.by_id = {each.id: each for each in types}
        self.by_name: dict[str, list[Type]] = defaultdict(list)
        for each in self.by_id.values():
            self.by_name[each.name or ""].append(each)

    def live(self, number: str | None, name: str | None) -> Type | None:
        """Return the type of a live row from what the row tells; None where that does not say which one it is."""
        if number is not None:
            return self.by_id.get(number) or Type(number, name or None)
        named = self.by_name.get(name or "", ()) if name else ()
        return named[0] if len(named) == 1 else None

    def written(self, entry: Entry, live_numbers: Iterable[str]) -> Type:
        """Return the type that an entry names, by number or by exact name. Raises MatchError.

        A number that CUSTOMTYPES does not list is good where a live destination of the tenant has it.
        """
        text = entry.type or ""
        if text.isascii() and text.isdigit():
            if text in self.by_id:
                return self.by_id[text]
            if text in live_numbers:
                return Type(text, None)
        named = self.by_name.get(text, ())
        if len(named) == 1:
            return named[0]
        if named:
            ids = ", ".join(sorted((each.id for each in named), key=int))
            raise MatchError(f"{entry.place}: {len(named)} types are named {quote(text)}: give the number ({ids})")
        raise MatchError(f"{entry.place}: the PBX has no type {quote(text)}{self._nearest(text)}")

    def knows(self, text: str) -> bool:
        """Whether a type of this name or number is listed."""
        return text in self.by_id or text in self.by_name

    def _nearest(self, text: str) -> str:
        near = nearest(text, self.by_name)
        return "; `pbxsync types` lists what it has" if near is None else f"; did you mean {quote(near)}?"


class TypeSource:
    """Fetches the table once in a run, for whichever tenant comes first, and again only where a name is missing.

    Thread safe: those who come while it is fetched wait for it. A failure is that of the tenant that asked; after a few
    of them nobody asks any more, for each may have taken minutes.
    """

    def __init__(self, fetch: Callable[[str], Iterable[Type]]) -> None:
        self._fetch = fetch
        self._table: TypeTable | None = None
        self._failures = 0
        self._failure: WireError | None = None
        self._lock = threading.Lock()

    def table(self, tenant: str, named: Iterable[str] = ()) -> TypeTable:
        """Return the types, which list `named` if the PBX does. Raises a WireError."""
        asked_now = False
        table = self._table
        if table is None:
            with self._lock:
                if self._table is None:
                    self._table, asked_now = self._asked(tenant), True
                table = self._table
        if asked_now or all(table.knows(name) for name in named):
            return table
        return self._asked(tenant)

    def _asked(self, tenant: str) -> TypeTable:
        if self._failure is not None and self._failures >= _ENOUGH:
            raise self._failure
        try:
            return TypeTable(self._fetch(tenant))
        except WireError as error:
            self._failures, self._failure = self._failures + 1, error
            raise
