"""Restores the values of sensitive params in a saved plan, which holds only their fingerprints.

They come from the tenant files and their variables again, and each must be the planned value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pbxsync.errors import PlanError
from pbxsync.kinds.custom_destination import fields_of
from pbxsync.live.fingerprint import Fingerprinter, key_mark
from pbxsync.model.entry import Secret
from pbxsync.model.plan import SecretDiff, TypeDiff, Update
from pbxsync.planning.resolve import REFUSALS, resolve
from pbxsync.text.sanitize import quote, truncate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxsync.live.types import TypeRules, TypeTable
    from pbxsync.model.entry import Entry
    from pbxsync.model.plan import Change, FieldDiff, Plan, TenantPlan


def needed(plan: Plan) -> bool:
    """Whether a plan has sensitive params whose values it does not hold."""
    return any(_lacks_value(row) for change in plan.changes for row in change.diff)


def sources(plan: Plan) -> tuple[Path, ...]:
    """Return the tenant files that the sensitive params came from; none if one of them no longer exists."""
    places = {change.source.rpartition(":")[0] for change in plan.changes for row in change.diff if _lacks_value(row)}
    paths = tuple(Path(place) for place in sorted(places))
    return paths if all(path.is_file() for path in paths) else ()


@dataclass(frozen=True)
class Restorer:
    """Finds the values. `entries(tenant)` are those of the tenant files; `key_for(tenant)` makes the fingerprints."""

    entries: Callable[[str], Sequence[Entry]]
    rules: TypeRules
    types: TypeTable
    key_for: Callable[[str], Secret]

    def restore(self, plan: Plan) -> Plan:
        """Return the plan with the values in it. Raises PlanError with every one that is not the planned one."""
        problems: list[str] = []
        tenants = tuple(self._tenant(tenant, problems) for tenant in plan.tenants)
        if problems:
            listed = "\n".join(f"  {line}" for line in problems)
            raise PlanError(f"sensitive params of the saved plan are not as planned, so nothing was written:\n{listed}")
        return replace(plan, tenants=tenants)

    def _tenant(self, tenant: TenantPlan, problems: list[str]) -> TenantPlan:
        if not any(_lacks_value(row) for change in tenant.changes for row in change.diff):
            return tenant
        entries = self.entries(tenant.tenant)
        fingerprinter = Fingerprinter(self.key_for(tenant.tenant))
        changes = tuple(self._change(change, entries, fingerprinter, problems) for change in tenant.changes)
        return replace(tenant, changes=changes)

    def _change(
        self, change: Change, entries: Sequence[Entry], fingerprinter: Fingerprinter, problems: list[str]
    ) -> Change:
        if not any(_lacks_value(row) for row in change.diff):
            return change
        start = f"{truncate(change.tenant)}: {quote(change.name)}"
        try:
            values = self._values(change, entries)
        except REFUSALS as error:
            problems.append(f"{start}: {error}")
            return change
        diff: list[FieldDiff] = []
        for row in change.diff:
            value = values.get(row.field)
            if not isinstance(row, SecretDiff) or row.secret is not None:
                diff.append(row)
            elif value is None:
                problems.append(f"{start}: {row.label or row.field}: no tenant file gives its value any more")
            elif key_mark(row.fingerprint) != fingerprinter.mark:
                problems.append(
                    f"{start}: {row.label or row.field}: planned with another key: give apply that read key too"
                )
            elif fingerprinter.secret(value) != row.fingerprint:
                problems.append(f"{start}: {row.label or row.field}: its value is not the planned one")
            else:
                diff.append(replace(row, secret=Secret(value)))
        return replace(change, diff=tuple(diff))

    def _values(self, change: Change, entries: Sequence[Entry]) -> dict[str, str | None]:
        """Return the fields that the entry of a change gives now; none if there is no such entry."""
        for entry in entries:
            if (entry.id is not None and entry.id == change.id) or (entry.id is None and entry.name == change.name):
                new_type = [row.new_value for row in change.diff if isinstance(row, TypeDiff)]
                row = change.was if isinstance(change, Update) else None
                # A name that replaces one with a key in it is in no plan either.
                return dict(fields_of(resolve(entry, row, self.types, new_type, self.rules).destination))
        return {}


def _lacks_value(row: FieldDiff) -> bool:
    return isinstance(row, SecretDiff) and row.secret is None
