"""An operation, and the PBX that it works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.emulator.answer import Answer
    from pbxsync.emulator.dialect import Dialect
    from pbxsync.emulator.request import Request
    from pbxsync.emulator.store import Tables
    from pbxsync.emulator.telephony import Telephony


@dataclass(frozen=True, slots=True)
class Backend:
    """The PBX behind the operations."""

    store: Tables
    telephony: Telephony
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: how to run it, its parameters as HELP shows them, and its requirements.

    writes requires a read/write key. With needs_tenant False, an admin key may leave the tenant out.
    """

    run: Callable[[Request, Backend], Answer]
    syntax: str
    writes: bool = False
    needs_tenant: bool = True
