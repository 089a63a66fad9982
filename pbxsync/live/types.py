"""The PBX's custom destination types: looked up by name or number, fetched once, and what the project says of each."""

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
    from collections.abc import Callable, Container, Iterable

    from pbxsync.model.entry import Entry, Place, Secret

#: After this many failed fetches the types are given up for the whole run.
_MOST_FAILURES: Final = 3


class TypeRules(Protocol):
    """What the project says of the params of each type."""

    def labels(self, type_: Type, /) -> tuple[str, ...]:
        """Return the labels of param1, param2 and so on; empty if there are none."""

    def sensitive(self, type_: Type | None, /) -> frozenset[int]:
        """Return the positions, from 1, of the sensitive params; if the type is unknown, those of all it may be."""

    def secret_value(self, text: str, place: Place, /) -> Secret:
        """Return what `${VAR}` or `${file:PATH}` stands for. Raises InputError for a literal or an unset variable."""


class CachedTypeRules:
    """Rules that are looked up once for each type: thousands of destinations have a handful of types."""

    def __init__(self, rules: TypeRules) -> None:
        self.labels = cache(rules.labels)
        self.sensitive = cache(rules.sensitive)
        self.secret_value = rules.secret_value


class TypeTable:
    """All types of one PBX. Names need not be unique."""

    def __init__(self, types: Iterable[Type]) -> None:
        self.by_id = {type_.id: type_ for type_ in types}
        self.by_name: dict[str, list[Type]] = defaultdict(list)
        for type_ in self.by_id.values():
            self.by_name[type_.name or ""].append(type_)

    def live(self, type_id: str | None, name: str | None) -> Type | None:
        """Return the type of a live row, by what the row holds of it; None if that does not identify one."""
        if type_id is not None:
            return self.by_id.get(type_id) or Type(type_id, name or None)
        named = self.by_name.get(name, ()) if name else ()
        return named[0] if len(named) == 1 else None

    def written(self, entry: Entry, live_ids: Container[str | None]) -> Type:
        """Return the type that an entry gives, by number or by exact name. Raises MatchError.

        A number that CUSTOMTYPES does not list is accepted if a live destination of the tenant has it.
        """
        text = entry.type or ""
        if text.isascii() and text.isdigit():
            if text in self.by_id:
                return self.by_id[text]
            if text in live_ids:
                return Type(text, None)
        named = self.by_name.get(text, ())
        if len(named) == 1:
            return named[0]
        if named:
            ids = ", ".join(sorted((type_.id for type_ in named), key=int))
            raise MatchError(f"{entry.place}: {len(named)} types are named {quote(text)}: give the number ({ids})")
        near = nearest(text, self.by_name)
        hint = "; `pbxsync types` lists those it has" if near is None else f"; did you mean {quote(near)}?"
        raise MatchError(f"{entry.place}: the PBX has no type {quote(text)}{hint}")


class TypeSource:
    """Fetches the table once in a run, with the key of the first tenant, and again only if a type is missing from it.

    Thread safe: the other threads wait while it is fetched. A failure belongs to the tenant that asked. After a few of
    them nobody asks again, because each may take minutes.
    """

    def __init__(self, fetch: Callable[[str], Iterable[Type]]) -> None:
        self._fetch = fetch
        self._table: TypeTable | None = None
        self._failures = 0
        self._failure: WireError | None = None
        self._lock = threading.Lock()

    def table(self, tenant: str, named: Iterable[str] = ()) -> TypeTable:
        """Return the types, fetched with the key of `tenant`. `named` are types that it needs. Raises a WireError."""
        fetched_now = False
        table = self._table
        if table is None:
            with self._lock:
                if self._table is None:
                    self._table, fetched_now = self._fetch_table(tenant), True
                table = self._table
        if fetched_now or all(name in table.by_id or name in table.by_name for name in named):
            return table
        return self._fetch_table(tenant)

    def _fetch_table(self, tenant: str) -> TypeTable:
        if self._failure is not None and self._failures >= _MOST_FAILURES:
            raise self._failure
        try:
            return TypeTable(self._fetch(tenant))
        except WireError as error:
            self._failures, self._failure = self._failures + 1, error
            raise
