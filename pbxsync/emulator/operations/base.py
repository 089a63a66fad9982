"""What an operation is, and what it is given to work with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.call import Call
    from pbxsync.emulator.dialect import Dialect
    from pbxsync.emulator.store import Tables


@dataclass(frozen=True, slots=True)
class World:
    """The PBX behind the operations."""

    store: Tables
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: how to run it, whether it needs a read/write key, and whether it needs a tenant."""

    run: Callable[[Call, World], Answer]
    writes: bool = False
    needs_tenant: bool = True
