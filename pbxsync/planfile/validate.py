"""Typed values from parsed JSON: each getter returns a value of its type, or raises `Wrong` with the place.

The place (`tenants[0].changes[2].action`) is only put together while the error is raised, so a valid document pays nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Built = TypeVar("Built")


class Wrong(Exception):
    """A value in the document is wrong: `place` is a path of keys, `fact` says what is wrong there."""

    def __init__(self, place: str, fact: str) -> None:
        super().__init__(place, fact)
        self.place, self.fact = place, fact

    def within(self, outer: str) -> Wrong:
        """Return the same error with the path of the enclosing object in front."""
        return Wrong(f"{outer}.{self.place}" if self.place else outer, self.fact)


def text(row: dict[str, Any], key: str) -> str:
    """Return a required string."""
    value = row.get(key)
    if not isinstance(value, str):
        raise Wrong(key, "must be a string")
    return value


def text_or_none(row: dict[str, Any], key: str) -> str | None:
    """Return a string or null; the key itself must be there."""
    value = row.get(key, 0)
    if value is not None and not isinstance(value, str):
        raise Wrong(key, "must be a string or null")
    return value


def count(row: dict[str, Any], key: str) -> int:
    """Return a count, 0 or more."""
    value = row.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Wrong(key, "must be a whole number, 0 or more")
    return value


def flag(row: dict[str, Any], key: str) -> bool:
    """Return true or false."""
    value = row.get(key)
    if not isinstance(value, bool):
        raise Wrong(key, "must be true or false")
    return value


def texts(row: dict[str, Any], key: str) -> tuple[str, ...]:
    """Return a list of strings."""
    value = row.get(key)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Wrong(key, "must be a list of strings")
    return tuple(value)


def member(row: dict[str, Any], key: str) -> dict[str, Any]:
    """Return an object."""
    value = row.get(key)
    if not isinstance(value, dict):
        raise Wrong(key, "must be an object")
    return value


def optional(row: dict[str, Any], key: str, build: Callable[[dict[str, Any]], Built]) -> Built | None:
    """Return what `build` makes of an object; None if it is null, or not there, as in older documents."""
    if row.get(key) is None:
        return None
    try:
        return build(member(row, key))
    except Wrong as wrong:
        raise wrong if wrong.place == key else wrong.within(key) from None


def each(row: dict[str, Any], key: str, build: Callable[[dict[str, Any]], Built]) -> tuple[Built, ...]:
    """Return what `build` makes of each object in a list, in order."""
    value = row.get(key)
    if not isinstance(value, list):
        raise Wrong(key, "must be a list")
    built = []
    for number, item in enumerate(value):
        if not isinstance(item, dict):
            raise Wrong(f"{key}[{number}]", "must be an object")
        try:
            built.append(build(item))
        except Wrong as wrong:
            raise wrong.within(f"{key}[{number}]") from None
    return tuple(built)


def require(holds: bool, place: str, fact: str) -> None:  # noqa: FBT001 - reads as a sentence where it is called
    """Raise `Wrong` unless the condition holds."""
    if not holds:
        raise Wrong(place, fact)
