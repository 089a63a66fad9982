"""Equal changes of a plan, put together, so that a reader sees each of them once. Pure.

Of 764 changes, 763 may do the same to 763 destinations: what a reviewer has to find is the other one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pbxsync.kinds.custom_destination import NAME
from pbxsync.model.plan import Action, SecretDiff

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from pbxsync.model.plan import Change, FieldDiff


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


def group_changes(changes: Iterable[Change]) -> tuple[Group, ...]:
    """Return the changes in groups of equal ones, the rarest first, else in the order of the plan.

    Changes are equal if they do the same: equal fields, labels, old and new values, set by hand or not. A change of a
    secret is a group of its own, because nobody can see whether two secrets are equal. Adds of one name and adds of
    several names that have all other fields in common are one group.
    """
    alike: dict[Hashable, list[Change]] = {}
    for number, change in enumerate(changes):
        diff = shared_fields(change)
        secret = any(isinstance(row, SecretDiff) for row in diff)
        alike.setdefault(number if secret else (change.action, diff), []).append(change)
    groups = [Group(members[0].action, shared_fields(members[0]), tuple(members)) for members in alike.values()]
    return tuple(sorted(groups, key=lambda group: len(group.changes)))


def shared_fields(change: Change) -> tuple[FieldDiff, ...]:
    """Return the fields by which changes are compared: of an add all but its name, of an update all."""
    if change.action is Action.ADD:
        return tuple(row for row in change.diff if row.field != NAME)
    return change.diff
