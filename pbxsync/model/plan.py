"""Destinations, and the plan: what apply would do, as frozen values sorted once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from pbxsync.model.entry import Secret, Type

#: The `source` of a change that a revert makes; all others have `file:line`.
FROM_JOURNAL: Final = "journal"


class Destination(NamedTuple):
    """A custom destination, desired or live: both have this form before they are compared.

    `params` always has `PARAM_COUNT` items. In a desired one, None (of `name`, `type` or a param) means "leave it as it
    is". In a live one only `type` may be None: the server does not always tell it.
    """

    id: str | None
    name: str | None
    type: Type | None
    params: tuple[str | None, ...]


class Action(str, Enum):
    """What a change does. The API document shows no delete, so there is none."""

    ADD = "add"
    UPDATE = "update"

    __str__ = str.__str__


@dataclass(frozen=True, slots=True)
class TextDiff:
    """A field whose values are text: `name`, or `param1` to `param20`. `before` is None in an add.

    `set_by_hand`: `before` is not what the files asked for until now, so this overwrites what somebody set on the PBX.
    """

    field: str
    before: str | None
    after: str
    label: str | None = None
    set_by_hand: bool = False

    @property
    def old_value(self) -> str | None:
        """What the PBX held when this was planned."""
        return self.before

    @property
    def new_value(self) -> str:
        """What is sent, and must read back."""
        return self.after


@dataclass(frozen=True, slots=True)
class TypeDiff:
    """The type. Its names are for people, its numbers are compared and sent. `before` is None if it was not told."""

    before: Type | None
    after: Type
    set_by_hand: bool = False
    field: ClassVar[str] = "type"
    label: ClassVar[str | None] = None

    @property
    def old_value(self) -> str | None:
        """The number that the PBX held when this was planned."""
        return None if self.before is None else self.before.id

    @property
    def new_value(self) -> str:
        """The number that is sent, and must read back."""
        return self.after.id


@dataclass(frozen=True, slots=True)
class SecretDiff:
    """A field that is never shown. `fingerprint` is that of the new value, under a key; `reference` names the secret.

    `secret` is the new value itself. It leaves the process only in the write itself, so a saved plan has none.
    """

    field: str
    fingerprint: str
    label: str | None = None
    secret: Secret | None = dataclass_field(default=None, compare=False)
    reference: str | None = None
    old_value: ClassVar[str | None] = None

    @property
    def new_value(self) -> str:
        """What is sent, and must read back."""
        if self.secret is None:
            raise ValueError(f"the value of {self.field} is not in a saved plan: it has to be found again first")
        return self.secret.reveal()


#: One field of a change.
FieldDiff: TypeAlias = "TextDiff | TypeDiff | SecretDiff"


@dataclass(frozen=True, slots=True)
class Add:
    """A destination that is to be added; the PBX chooses its id.

    `source` is `file:line`; `name` and `type` are for people, the type by its name or its number. `beside` are the ids of
    live destinations that have a name that looks the same: the files ask for them too.
    """

    tenant: str
    name: str
    source: str
    diff: tuple[FieldDiff, ...]
    type: str = ""
    beside: tuple[str, ...] = ()
    action: ClassVar[Action] = Action.ADD
    id: ClassVar[str | None] = None


@dataclass(frozen=True, slots=True)
class Update:
    """What is to change in the live destination `id`. `live` is the fingerprint of its whole row.

    `source` is `file:line`; `name` and `type` are what they are after the change, for people: the type by its name or
    its number, empty if the PBX does not tell it. `was` is the row that this was planned against: it stays in the
    process, so a change from a saved plan has none.
    """

    tenant: str
    id: str
    name: str
    source: str
    diff: tuple[FieldDiff, ...]
    live: str
    type: str = ""
    was: Destination | None = dataclass_field(default=None, compare=False, repr=False)
    action: ClassVar[Action] = Action.UPDATE


#: What a plan does to one destination.
Change: TypeAlias = "Add | Update"


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A live destination that is in no file, or a shared one.

    `type` is the name or number of its type, empty if the PBX does not tell it.
    """

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs between files and PBX although the change does not touch it: it is left as it is.

    Without `diff` the destination is not live any more. A row of `diff` has the live value as `before`, and as `after` what
    the files say.
    """

    name: str
    id: str | None
    source: str
    diff: tuple[FieldDiff, ...] = ()


@dataclass(frozen=True, slots=True)
class Left:
    """A destination that leaves the files with this change: it stays live, and becomes unmanaged."""

    name: str
    id: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Since:
    """The commit that a plan starts from: the merge base of `ref`, as it was given, and of what is checked out.

    `not_read` counts the tenants that the change does not touch; `left` are those that leave the files with it.
    """

    ref: str
    commit: str
    not_read: int = 0
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shards:
    """Some of `count` equal parts of the tenants, numbered from 1 and sorted."""

    numbers: tuple[int, ...]
    count: int

    def __str__(self) -> str:
        return f"{','.join(map(str, self.numbers))}/{self.count}"

    @property
    def missing(self) -> tuple[int, ...]:
        """The numbers of the other parts."""
        return tuple(number for number in range(1, self.count + 1) if number not in self.numbers)


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a plan goes: which tenants of which files. `files` is the digest of the files that it was made from.

    Without `shard` all of them, without `tenants` (globs) all codes, without `since` all that the files ask for.
    """

    files: str = ""
    shard: Shards | None = None
    tenants: tuple[str, ...] = ()
    since: Since | None = None


@dataclass(frozen=True, slots=True)
class GitState:
    """The commit whose files a plan was made from, and whether they were `clean`, as committed.

    `branch` is None for a detached HEAD, as CI systems have it.
    """

    commit: str
    branch: str | None
    clean: bool


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """The plan of one tenant. If it has an `error` (a sentence), what is live is unknown and there are no changes.

    `unchanged` counts the destinations of the files that need no change. `unmanaged_count` is always known, the rows of
    `unmanaged` only on demand; so it is with the `shared` destinations, which belong to no tenant. `doubtful_empty`: the
    server listed nothing, in a reply that can also mean an error. `drift` and `left` are those of a plan of a git change.

    `live_ids` (those before an add) and `read_at` (monotonic seconds) are for an apply in the same process.
    """

    tenant: str
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    unmanaged_count: int = 0
    unmanaged: tuple[Unmanaged, ...] = ()
    shared_count: int = 0
    shared: tuple[Unmanaged, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str | None = None
    doubtful_empty: bool = False
    drift: tuple[Drift, ...] = ()
    left: tuple[Left, ...] = ()
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
    shared: int = 0

    @property
    def changes(self) -> int:
        """Adds and updates together."""
        return self.add + self.update


@dataclass(frozen=True, slots=True)
class Plan:
    """What apply would do: tenants sorted by code, changes in the order in which they are written.

    `created_at` is UTC in ISO 8601 with a `Z`; `url` is the PBX that the plan is bound to. `scope` is None if it was not
    made from tenant files, and `git` if those are in no repository.
    """

    url: str
    created_at: str
    pbxsync_version: str
    tenants: tuple[TenantPlan, ...]
    scope: Scope | None = None
    git: GitState | None = None

    @property
    def since(self) -> Since | None:
        """The commit that the plan of a git change starts from."""
        return None if self.scope is None else self.scope.since

    overridden_url: str | None = None

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
        changes = Counter(change.action for tenant in self.tenants for change in tenant.changes)
        return Summary(
            tenants=len(self.tenants),
            add=changes[Action.ADD],
            update=changes[Action.UPDATE],
            unchanged=sum(tenant.unchanged for tenant in self.tenants),
            unmanaged=sum(tenant.unmanaged_count for tenant in self.tenants),
            failed=sum(tenant.error is not None for tenant in self.tenants),
            shared=sum(tenant.shared_count for tenant in self.tenants),
        )
