"""Destinations, and the plan: what apply would do, as frozen values sorted once."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pbxsync.model.entry import Secret, Type

#: The `source` of a change that puts back what a journal holds, where others have `file:line`.
FROM_JOURNAL: Final = "journal"


class Destination(NamedTuple):
    """A custom destination, desired or live: both sides are brought into this one form before they meet.

    `params` has always `PARAM_COUNT` items. In a desired one, None (of `name`, `type` or a param) means "leave it as it
    is"; in a live one there is no None but for a type that the server does not tell.
    """

    id: str | None
    name: str | None
    type: Type | None
    params: tuple[str | None, ...]


class Action(str, Enum):
    """What a change does. There is no delete: the API has none for custom destinations (doc)."""

    ADD = "add"
    UPDATE = "update"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field of a change: `field` is `name`, `type` or `param1` to `param20`.

    `before` and `after` are what is shown and compared: None before an add. For `type` they are names (the number where
    there is no name) and `before_id`/`after_id` the numbers. A sensitive one has neither, but the keyed `fingerprint`
    of the new value, and `secret`, the new value itself, which never leaves the process but in the write.
    """

    field: str
    before: str | None
    after: str | None
    label: str | None = None
    before_id: str | None = None
    after_id: str | None = None
    sensitive: bool = False
    fingerprint: str | None = None
    secret: Secret | None = dataclass_field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What the plan does to one destination. `live` fingerprints the whole live row of an update, None for an add.

    `source` is `file:line`; `name` and `type` are what they are after the change, for people: the type by its name, or
    by its number, or empty where it is not told. `was` is the live row that it was planned against: it stays in the
    process, and a change that was read from a file has none.
    """

    action: Action
    tenant: str
    id: str | None
    name: str
    source: str
    diff: tuple[FieldDiff, ...]
    live: str | None = None
    was: Destination | None = dataclass_field(default=None, compare=False, repr=False)
    type: str = ""

    @property
    def objectid(self) -> str:
        """The id of the destination that is updated; an add has none yet, and then it is empty."""
        return self.id or ""


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A live destination that no file mentions. `type` is its type's name, or number, or empty where not told."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """The plan of one tenant. With `error` (a sentence) it is unknown what is live, and there are no changes.

    `unchanged` counts the destinations of the files that need no change; `unmanaged` is filled on demand,
    `unmanaged_count` always.
    `doubtful_empty`: the server said "no rows" in a way that is also how its errors look.

    `live_ids` (all ids before an add) and `read_at` (monotonic seconds) are for an apply in the same process.
    """

    tenant: str
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    unmanaged_count: int = 0
    unmanaged: tuple[Unmanaged, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    doubtful_empty: bool = False
    live_ids: frozenset[str] = dataclass_field(default=frozenset(), compare=False, repr=False)
    read_at: float | None = dataclass_field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of a plan."""

    tenants: int
    add: int
    update: int
    unchanged: int
    unmanaged: int
    failed: int

    @property
    def changes(self) -> int:
        """Adds and updates together."""
        return self.add + self.update


@dataclass(frozen=True, slots=True)
class Plan:
    """What apply would do, whole: tenants sorted by code, changes in the order in which they are written.

    `created_at` is UTC in ISO 8601 with a `Z`; `url` is the PBX that the plan is bound to.
    """

    url: str
    created_at: str
    pbxsync_version: str
    tenants: tuple[TenantPlan, ...]

    @property
    def complete(self) -> bool:
        """Whether every tenant in scope could be planned."""
        return all(tenant.error is None for tenant in self.tenants)

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes of all tenants, in order."""
        return tuple(change for tenant in self.tenants for change in tenant.changes)

    @property
    def summary(self) -> Summary:
        """Return the counts over all tenants."""
        changes = self.changes
        adds = sum(change.action is Action.ADD for change in changes)
        return Summary(
            tenants=len(self.tenants),
            add=adds,
            update=len(changes) - adds,
            unchanged=sum(tenant.unchanged for tenant in self.tenants),
            unmanaged=sum(tenant.unmanaged_count for tenant in self.tenants),
            failed=sum(tenant.error is not None for tenant in self.tenants),
        )
