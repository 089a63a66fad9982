"""References to keys, as a project file or the environment gives them."""

from __future__ import annotations

from typing import Final, NamedTuple

from pbxsync.model.entry import Place
from pbxsync.project.secrets import Reference

READ_VARIABLE: Final = "PBXSYNC_READ_KEY"
WRITE_VARIABLE: Final = "PBXSYNC_WRITE_KEY"


class KeyReference(NamedTuple):
    """A reference to a key, and the place that has it."""

    reference: Reference
    place: Place


class KeyPair(NamedTuple):
    """The keys of one tenant, or the default ones; None if not given."""

    read: KeyReference | None = None
    write: KeyReference | None = None


NO_KEYS: Final = KeyPair()
ENVIRONMENT_KEYS: Final = KeyPair(
    KeyReference(Reference(READ_VARIABLE), Place("environment")),
    KeyReference(Reference(WRITE_VARIABLE), Place("environment")),
)
