"""What every write of a run shares, and what is known of a tenant while it is written."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.apply.circuit_breaker import CircuitBreaker
    from pbxsync.journal.write import Journal
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Destination
    from pbxsync.pbx.managedb import Listing, PbxWriter
    from pbxsync.redaction.redactor import Redactor


class OwnAdds:
    """The adds of a run, for any tenant: the ids that they got, and how many are under way. Thread safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: set[int] = set()
        self._under_way = 0

    def begin(self) -> None:
        """An add may be sent now."""
        with self._lock:
            self._under_way += 1

    def end(self, new_id: str | None) -> None:
        """What `begin` announced is over; `new_id` is that of the new destination, if there is one."""
        with self._lock:
            self._under_way -= 1
            if new_id is not None:
                self._ids.add(int(new_id))

    def leave_open(self, between: range) -> bool:
        """Whether more of these ids are not ours than adds are under way that may have got them."""
        with self._lock:
            if len(between) > len(self._ids) + self._under_way:
                return True
            return sum(number not in self._ids for number in between) > self._under_way


@dataclass(frozen=True)
class WriteContext:
    """The PBX, the journal, and what may stop a run. `attempts` bounds how often one write is sent."""

    pbx: PbxWriter
    live: LiveReader
    redactor: Redactor
    journal: Journal | None
    breaker: CircuitBreaker
    attempts: int = 4
    own_adds: OwnAdds = field(default_factory=OwnAdds)

    def hide(self, *rows: Destination) -> Callable[[str, str], bool]:
        """Return what tells whether a field and its value must not be shown: sensitive by the rows' types, or a key."""
        hidden = self.live.hidden_fields(*rows)
        return lambda field, value: field in hidden or self.redactor.finds(value)


@dataclass
class TenantState:
    """What is known of a tenant while it is written, by one thread.

    `ids` are all live ones, new ones included, or None until the first add needs them; they were listed at `listed_at`
    (monotonic seconds). `listing` is the last list, until the next write. `refusals` counts refused writes in a row, and
    `closed` says why nothing more is written to this tenant. `kept_names` maps each name that a failed rename did not
    release to the id that still has it; `added_names` are the names that the plan adds. `newest_id` is the id of the
    last add and `adds` their number. The tenant is not listed to look for twins until there are `next_look` adds.
    """

    added_names: frozenset[str] = frozenset()
    ids: frozenset[str] | None = None
    listed_at: float | None = None
    listing: Listing | None = None
    refusals: int = 0
    closed: str | None = None
    kept_names: dict[str, str] = field(default_factory=dict)
    newest_id: int | None = None
    adds: int = 0
    next_look: int = 1
