"""What every format shows of a change, so that all of them say the same; here alone sensitive values are hidden.

They are hidden by their field, never by searching for their text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.model.plan import FROM_JOURNAL, Action, SecretDiff, TypeDiff
from pbxsync.text.sanitize import quote_full, sanitize
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.model.entry import Type
    from pbxsync.model.plan import Change, FieldDiff, Plan, TenantPlan
    from pbxsync.model.report import Mismatch

HIDDEN: Final = "(sensitive)"
_UNTOLD: Final = "(not told)"

#: From this many destinations on it is said in words that every one of a tenant changes.
MANY: Final = 5


def fields(change: Change) -> tuple[FieldDiff, ...]:
    """Return the rows to show: of an add without the name, which its headline shows to the letter."""
    if change.action is Action.ADD:
        return tuple(diff for diff in change.diff if diff.field != "name")
    return change.diff


def label(row: FieldDiff | Mismatch) -> str:
    """Return what people call the field: its label, or `param3`."""
    return sanitize(row.label or row.field)


def old(diff: FieldDiff) -> str:
    """Return the value before the change, in quotes."""
    if isinstance(diff, SecretDiff):
        return HIDDEN
    return _type(diff, diff.before) if isinstance(diff, TypeDiff) else _text(diff.before)


def new(diff: FieldDiff) -> str:
    """Return the value after the change, in quotes."""
    if isinstance(diff, SecretDiff):
        return HIDDEN
    return _type(diff, diff.after) if isinstance(diff, TypeDiff) else _text(diff.after)


def _text(value: str | None) -> str:
    return _UNTOLD if value is None else quote_full(value)


def _type(diff: TypeDiff, shown: Type | None) -> str:
    """Return a type by its name; two types may have the same name, then only their numbers tell them apart."""
    if shown is None:
        return _UNTOLD
    same_name = diff.before is not None and str(diff.before) == str(diff.after)
    return quote_full(str(shown)) + (f" ({sanitize(shown.id)})" if same_name else "")


def wanted(row: Mismatch) -> str:
    """Return the value that was sent, in quotes."""
    return HIDDEN if row.sensitive else quote_full(row.wanted or "")


def stored(row: Mismatch) -> str:
    """Return the value that was read back, in quotes."""
    if row.sensitive:
        return HIDDEN
    return _UNTOLD if row.stored is None else quote_full(row.stored)


def headline(change: Change) -> str:
    """Return the name of a destination, to the letter, with its id where it has one."""
    return quote_full(change.name) + ("" if change.id is None else f" (id {sanitize(change.id)})")


def everything(tenant: TenantPlan) -> str:
    """Return a sentence where every destination of a tenant with more than a few changes, else nothing."""
    total = len(tenant.changes)
    if tenant.unchanged or total < MANY or not counted_live(tenant):
        return ""
    adds = sum(change.action is Action.ADD for change in tenant.changes)
    return f"every one of its {total} destinations changes ({adds} to add, {total - adds} to change)"


def counted_live(tenant: TenantPlan) -> bool:
    """Whether it is known what else is live: not where a tenant failed, nor in a revert, which reads what it changes."""
    return tenant.error is None and all(change.source != FROM_JOURNAL for change in tenant.changes)


def notes(tenant: TenantPlan) -> list[str]:
    """Return what a reader must know before saying yes to the changes of a tenant, one line each."""
    found = [line for warning in tenant.warnings for line in warning.split("\n")]
    return [sanitize(line) for line in [*found, everything(tenant)] if line]


def worth_showing(plan: Plan, verbose: int) -> list[TenantPlan]:
    """Return the tenants with anything to show beside an error; unmanaged rows stay in them only when `verbose`."""
    asked = plan.tenants if verbose else [replace(tenant, unmanaged=()) for tenant in plan.tenants]
    return [tenant for tenant in asked if tenant.changes or tenant.unmanaged or notes(tenant)]


def failures(plan: Plan) -> list[tuple[str, list[str]]]:
    """Return each distinct error with the tenants that have it, as `(message, tenants)`, the most common first."""
    groups: dict[str, list[str]] = {}
    for tenant in plan.tenants:
        if tenant.error is not None:
            groups.setdefault(tenant.error, []).append(tenant.tenant)
    return sorted(groups.items(), key=lambda group: -len(group[1]))


def counted(number: int, noun: str) -> str:
    """Return a number of things: `1 tenant`, `2 tenants`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def some(names: Iterable[str], limit: int) -> str:
    """Return names in a row, the first `limit` of them, with a word on how many more there are."""
    return first_names([sanitize(name) for name in names], limit)


class Closing(NamedTuple):
    """The lines that end a plan: what it would do, what it leaves alone, and that it is incomplete; empty where not."""

    verdict: str
    left_alone: str
    incomplete: str


def closing(plan: Plan) -> Closing:
    """Return the lines that end a plan; what it leaves alone is not told where no tenant's plan knows that."""
    counts = plan.summary
    verdict = f"Plan: {counts.add} to add, {counts.update} to change."
    if plan.complete and not counts.changes:
        verdict = "No changes. The PBX matches the files."
    known = not plan.tenants or any(counted_live(tenant) for tenant in plan.tenants)
    left_alone = f"{counts.unchanged} unchanged, {counts.unmanaged} unmanaged (live, in no file: left alone)."
    failed = f"{counts.failed} of {counted(counts.tenants, 'tenant')} failed"
    incomplete = "" if plan.complete else f"This plan is incomplete and cannot be applied: {failed}."
    return Closing(verdict, left_alone if known else "", incomplete)
