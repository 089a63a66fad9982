"""What a project says about the types of custom destinations, with those that are built in.

The built-in labels are listed in `pbxsync.kinds.custom_destination`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.kinds.custom_destination import BUILT_IN_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping


class TypeSettings(NamedTuple):
    """The labels of param1, param2, … of a type, and the positions (1 to 20) of its sensitive params.

    `on_pbx` is its name on the PBX; None if that is the name that the files use.
    """

    labels: tuple[str, ...] = ()
    sensitive: frozenset[int] = frozenset()
    on_pbx: str | None = None


BUILT_IN: Final[Mapping[str, TypeSettings]] = {name: TypeSettings(labels) for name, labels in BUILT_IN_LABELS.items()}
