"""What a project says about the types of custom destinations, and the one type that is built in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class TypeSettings(NamedTuple):
    """The labels of param1, param2, … of a type, and the positions (1 to 20) of its sensitive params."""

    labels: tuple[str, ...] = ()
    sensitive: frozenset[int] = frozenset()


#: The only type that the user's document explains (doc: param1 number, param2 caller id, param3 ring time).
BUILT_IN: Final[Mapping[str, TypeSettings]] = {"FORWARD": TypeSettings(("number", "callerid", "timeout"))}
