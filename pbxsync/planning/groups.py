"""Equal changes of a plan, put together, so that a reader sees each of them once. Pure.

Of 764 changes, 763 may do the same to 763 destinations: what a reviewer has to find is the other one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pbxsync.kinds.custom_destination import NAME
from pbxsync.model.plan import Action, SecretDiff

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from pbxsync.model.plan import Change, FieldDiff

#: A tenant is alone in a group if each of the others has at least this many times its changes.
_FAR_FEWER: Final = 5


@dataclass(frozen=True, slots=True)
class Group:
    """Changes with equal `diff`s, at least one, in the order of the plan.

    `diff` has the fields that they share: of adds, all but the name. Its rows are those of the first change.
    """

    action: Action
    diff: tuple[FieldDiff, ...]
    changes: tuple[Change, ...]

    @property
    def tenants(self) -> Mapping[str, tuple[Change, ...]]:
        """The changes by tenant, in the order of the plan."""
        by_tenant: dict[str, list[Change]] = {}
        for change in self.changes:
            by_tenant.setdefault(change.tenant, []).append(change)
        return {tenant: tuple(changes) for tenant, changes in by_tenant.items()}

    @property
    def rarity(self) -> int:
        """How many changes make a group rare: those of a tenant that has far fewer than each of the others, else all."""
        fewest = sorted(Counter(change.tenant for change in self.changes).values())[:2]
        alone = len(fewest) > 1 and _FAR_FEWER * fewest[0] <= fewest[1]
        return fewest[0] if alone else len(self.changes)


def group_changes(changes: Iterable[Change]) -> tuple[Group, ...]:
    """Return the changes in groups of equal ones, the rarest first, else in the order of the plan.

    Changes are equal if they do the same: equal fields, labels, old and new values, set by hand or not. A change of a
    secret is a group of its own, because nobody can see whether two secrets are equal. Adds of one name and adds of
    several names that have all other fields in common are one group.

    A group that is common in all tenants but one is as rare as it is there: what a tenant got that was meant for others,
    such as their number, is equal to many changes, and it is still what a reviewer has to find.
    """
    alike: dict[Hashable, list[Change]] = {}
    for number, change in enumerate(changes):
        diff = shared_fields(change)
        secret = any(isinstance(row, SecretDiff) for row in diff)
        alike.setdefault(number if secret else (change.action, diff), []).append(change)
    groups = [Group(members[0].action, shared_fields(members[0]), tuple(members)) for members in alike.values()]
    return tuple(sorted(groups, key=lambda group: (group.rarity, len(group.changes))))


def shared_fields(change: Change) -> tuple[FieldDiff, ...]:
    """Return the fields by which changes are compared: of an add all but its name, of an update all."""
    if change.action is Action.ADD:
        return tuple(row for row in change.diff if row.field != NAME)
    return change.diff
