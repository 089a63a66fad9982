"""The PBX's custom destination types: looked up by name or number, fetched once, and what the project says of each."""

from __future__ import annotations

import threading
from collections import defaultdict
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from pbxsync.errors import MatchError, WireError
from pbxsync.model.entry import Type
from pbxsync.text.sanitize import quote
from pbxsync.text.words import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping

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
    """All types of one PBX, by the names that the files use. Names need not be unique.

    `names_in_files` are those names by the name on the PBX, where the two differ.
    """

    def __init__(self, types: Iterable[Type], names_in_files: Mapping[str, str] = MappingProxyType({})) -> None:
        self._names_in_files = names_in_files
        self._names_on_pbx = {name: on_pbx for on_pbx, name in names_in_files.items()}
        self.by_id: dict[str, Type] = {}
        self.by_name: dict[str, list[Type]] = defaultdict(list)
        self._by_name_on_pbx: dict[str, list[Type]] = defaultdict(list)
        for on_pbx in {type_.id: type_ for type_ in types}.values():
            name = names_in_files.get(on_pbx.name or "", on_pbx.name)
            if name == on_pbx.name and name in self._names_on_pbx:
                name = None  # in the files, this is the name of another type
            type_ = on_pbx._replace(name=name)
            self.by_id[type_.id] = type_
            self._by_name_on_pbx[on_pbx.name or ""].append(type_)
            for written in {name or "", on_pbx.name or ""}:
                if written == name or written not in self._names_on_pbx:
                    self.by_name[written].append(type_)

    def live(self, type_id: str | None, name: str | None) -> Type | None:
        """Return the type of a live row, by what the row holds of it; None if that does not identify one."""
        if type_id is not None:
            return self.by_id.get(type_id) or Type(type_id, self._names_in_files.get(name or "", name) or None)
        named = self._by_name_on_pbx.get(name, ()) if name else ()
        return named[0] if len(named) == 1 else None

    def written(self, entry: Entry, live_ids: Container[str | None]) -> Type:
        """Return the type that an entry gives, by number or by exact name. Raises NoSuchType, or MatchError if several fit.

        A number that CUSTOMTYPES does not list is accepted if a live destination of the tenant has it.
        """
        text = entry.type or ""
        if text.isascii() and text.isdigit():
            if text in self.by_id:
                return self.by_id[text]
            if text in live_ids:
                return Type(text, None)
        named = self.by_name.get(text, [])
        if len(named) == 1:
            return named[0]
        if named:
            ids = ", ".join(sorted((type_.id for type_ in named), key=int))
            raise MatchError(f"{entry.place}: {len(named)} types are named {quote(text)}: give the number ({ids})")
        raise NoSuchType(entry.place, self._missing(text))

    def _missing(self, text: str) -> str:
        """Return a sentence about a type that the PBX does not have."""
        on_pbx = self._names_on_pbx.get(text)
        near = nearest(on_pbx or text, self._by_name_on_pbx)
        hint = "; `pbxsync types` lists those it has" if near is None else f"; did you mean {quote(near)}?"
        if on_pbx is not None:
            return f"the PBX has no type {quote(on_pbx)}, the on_pbx of {quote(text)} in the project file{hint}"
        if text.isascii() and text.isdigit():
            return f"the PBX has no type {quote(text)}{hint}"
        separator = " " if near else ". "
        return (
            f"the PBX has no type {quote(text)}{hint}{separator}If it has another name there, give that as on_pbx: of"
            f" {quote(text)}, below types: in the project file"
        )


class NoSuchType(MatchError):
    """The PBX does not have a type that a file names; `message` is without the place."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place
        self.message = message


class TypeSource:
    """Fetches the table once in a run, with the key of the first tenant, and again only if a type is missing from it.

    Thread safe: the other threads wait while it is fetched. A failure belongs to the tenant that asked. After a few of
    them nobody asks again, because each may take minutes.
    """

    def __init__(self, fetch: Callable[[str], Iterable[Type]], names_in_files: Mapping[str, str]) -> None:
        self._fetch = fetch
        self._names_in_files = names_in_files
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
            return TypeTable(self._fetch(tenant), self._names_in_files)
        except WireError as error:
            self._failures, self._failure = self._failures + 1, error
            raise
