"""The values of files: places, problems, entries, params, types; and secrets. Named tuples: a fleet has millions."""

from __future__ import annotations

from typing import Final, NamedTuple

#: Anything shorter is no key but a word, and taking it out of all that is shown would garble every sentence.
SHORTEST_KEY: Final = 4


class Place(NamedTuple):
    """A place in a file, as people and editors write it: `line` and `column` count from 1."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


class Problem(NamedTuple):
    """One thing that is wrong (or, as a warning, odd) in a file: where, what, and what to do next."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class Secret:
    """A value that may be sent to the PBX and shown nowhere."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself, for a request or a fingerprint and nothing else."""
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
    """A custom destination type: `id` as CUSTOMTYPES numbers it; `name` is None where it lists no such number."""

    id: str
    name: str | None
    description: str = ""

    def __str__(self) -> str:
        return self.id if self.name is None else self.name


class Param(NamedTuple):
    """One param as a file gives it: `key` is a position (`"1"` to `"20"`) or a label."""

    key: str
    value: str
    file: str
    line: int
    column: int

    @property
    def place(self) -> Place:
        """Where it stands; made when it is asked for, since nearly no param has anything wrong with it."""
        return Place(self.file, self.line, self.column)


class Entry(NamedTuple):
    """One destination as a tenant file gives it, checked for form but not yet held against the PBX.

    `type` is a type's name or number as written. None means: not given.
    """

    tenant: str
    place: Place
    id: str | None
    name: str | None
    type: str | None
    params: tuple[Param, ...]
    renamed_from: str | None
    clear_unlisted: bool
