"""What files hold: places, problems, entries, params, types, secrets. Named tuples, because a fleet has millions."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

#: A shorter key is not redacted: it would match ordinary words and garble every sentence.
SHORTEST_KEY: Final = 4


#: A place as plans cite it: file and line, and for one in a profile the same of its use.
_SOURCE: Final = re.compile(r"(.+?):([0-9]{1,9})(?: for (.+))?", re.DOTALL)


class Place(NamedTuple):
    """A place in a file, as editors write it. `line` and `column` count from 1; 0 means unknown.

    If the place is in a profile, `use` is the place in the file of a tenant that uses it; None if all uses are meant.
    """

    file: str
    line: int = 0
    column: int = 0
    use: Place | None = None

    def __str__(self) -> str:
        column = f":{self.column}" if self.column else ""
        shown = f"{self.file}:{self.line}{column}" if self.line else self.file
        return shown if self.use is None else f"{shown} for {self.use}"

    @classmethod
    def of_source(cls, source: str) -> Place:
        """Return the place that a plan cites; the text as a file if it is not one."""
        match = _SOURCE.fullmatch(source)
        if match is None:
            return cls(source)
        file, line, use = match.groups()
        return cls(file, int(line), use=None if use is None else cls.of_source(use))

    @property
    def source(self) -> str:
        """The place without its column, as plans cite it."""
        shown = f"{self.file}:{self.line}"
        return shown if self.use is None else f"{shown} for {self.use.source}"

    @property
    def order(self) -> tuple[object, ...]:
        """What places are sorted by: file, line, column, and then the place of the use."""
        return self.file, self.line, self.column, () if self.use is None else self.use.order


class Problem(NamedTuple):
    """An error or a warning about a place in a file: what is wrong there, and what to do next."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class Secret:
    """A value that may be sent to the PBX and must not be shown."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value, only for a request or a fingerprint."""
        return self._value

    def __repr__(self) -> str:
        return "(sensitive)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret cannot be pickled")


class Type(NamedTuple):
    """A custom destination type: `id` is its number in CUSTOMTYPES; `name` is None if it is not listed there."""

    id: str
    name: str | None
    description: str = ""

    def __str__(self) -> str:
        return self.id if self.name is None else self.name


class Param(NamedTuple):
    """One param as a file gives it: `key` is a position (`"1"` to `"20"`) or a label. `use` is as in Place."""

    key: str
    value: str
    file: str
    line: int
    column: int
    use: Place | None = None

    @property
    def place(self) -> Place:
        """Its place in the file. Made on demand, because almost no param has anything wrong with it."""
        return Place(self.file, self.line, self.column, self.use)


class Entry(NamedTuple):
    """One destination as a tenant file gives it: well formed, but not yet compared with the PBX.

    `type` is a type's name or number as written. None means that the file does not give it. If a profile gives the
    destination, `place` is in the profile, and its `use` in the file of the tenant.
    """

    tenant: str
    place: Place
    id: str | None
    name: str | None
    type: str | None
    params: tuple[Param, ...]
    renamed_from: str | None
    clear_unlisted: bool
