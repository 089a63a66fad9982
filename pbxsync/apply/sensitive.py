"""Brings the values of sensitive params back to a saved plan, which holds only their fingerprints.

They come from the tenant files and their variables again, and each must be the value that was planned.
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
    return any(_lacks(row) for change in plan.changes for row in change.diff)


def sources(plan: Plan) -> tuple[Path, ...]:
    """Return the tenant files that the sensitive params came from; nothing where one of them is not there any more."""
    places = {change.source.rpartition(":")[0] for change in plan.changes for row in change.diff if _lacks(row)}
    found = tuple(Path(place) for place in sorted(places))
    return found if all(path.is_file() for path in found) else ()


@dataclass(frozen=True)
class Restorer:
    """Finds the values. `entries(tenant)` are those of the tenant files; `key_for` gives the key of fingerprints."""

    entries: Callable[[str], Sequence[Entry]]
    words: TypeRules
    types: TypeTable
    key_for: Callable[[str], Secret]

    def restore(self, plan: Plan) -> Plan:
        """Return the plan with the values in it. Raises PlanError with every one that is not the planned one."""
        faults: list[str] = []
        tenants = tuple(self._tenant(tenant, faults) for tenant in plan.tenants)
        if faults:
            listed = "\n".join(f"  {line}" for line in faults)
            raise PlanError(f"sensitive params of the saved plan are not as planned, so nothing was written:\n{listed}")
        return replace(plan, tenants=tenants)

    def _tenant(self, tenant: TenantPlan, faults: list[str]) -> TenantPlan:
        if not any(_lacks(row) for change in tenant.changes for row in change.diff):
            return tenant
        entries = self.entries(tenant.tenant)
        hasher = Fingerprinter(self.key_for(tenant.tenant))
        return replace(
            tenant, changes=tuple(self._change(change, entries, hasher, faults) for change in tenant.changes)
        )

    def _change(self, change: Change, entries: Sequence[Entry], hasher: Fingerprinter, faults: list[str]) -> Change:
        lacking = [row for row in change.diff if isinstance(row, SecretDiff) and row.secret is None]
        if not lacking:
            return change
        where = f"{truncate(change.tenant)}: {quote(change.name)}"
        try:
            values = self._values(change, entries)
        except REFUSALS as error:
            faults.append(f"{where}: {error}")
            return change
        found = {row.field: values.get(row.field) for row in lacking}
        for row in lacking:
            value = found[row.field]
            if value is None:
                faults.append(f"{where}: {row.label or row.field}: no tenant file gives its value any more")
            elif key_mark(row.fingerprint) != hasher.mark:
                faults.append(
                    f"{where}: {row.label or row.field}: planned with another key: give apply that read key too"
                )
            elif hasher.secret(value) != row.fingerprint:
                faults.append(f"{where}: {row.label or row.field}: its value is not the one that was planned")
        return replace(change, diff=tuple(_filled(row, found) for row in change.diff))

    def _values(self, change: Change, entries: Sequence[Entry]) -> dict[str, str | None]:
        """Return the fields that the entry of a change gives now; empty where there is no such entry."""
        for entry in entries:
            if (entry.id is not None and entry.id == change.id) or (entry.id is None and entry.name == change.name):
                after = next((row.new_value for row in change.diff if isinstance(row, TypeDiff)), None)
                want = resolve(
                    entry,
                    change.was if isinstance(change, Update) else None,
                    self.types,
                    [after] if after else [],
                    self.words,
                )
                # A name that replaces one with a key in it is in no plan either.
                return dict(fields_of(want.destination))
        return {}


def _lacks(row: FieldDiff) -> bool:
    return isinstance(row, SecretDiff) and row.secret is None


def _filled(row: FieldDiff, values: dict[str, str | None]) -> FieldDiff:
    value = values.get(row.field)
    return replace(row, secret=Secret(value)) if isinstance(row, SecretDiff) and value is not None else row
