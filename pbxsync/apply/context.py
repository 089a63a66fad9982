"""What every write of a run shares, and what is known of a tenant while it is written."""

from __future__ import annotations

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


@dataclass(frozen=True)
class WriteContext:
    """The PBX, the journal, and what may stop a run. `attempts` bounds how often one write is sent.

    `new_ids` are those of all destinations that the run has added, for any tenant.
    """

    pbx: PbxWriter
    live: LiveReader
    redactor: Redactor
    journal: Journal | None
    breaker: CircuitBreaker
    attempts: int = 4
    new_ids: set[int] = field(default_factory=set)

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
