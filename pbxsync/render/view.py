"""What every format shows of a plan, so that all of them agree. Only this module hides sensitive values.

They are hidden by their field, never by a search for their text.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.model.plan import FROM_JOURNAL, Action, SecretDiff, TypeDiff
from pbxsync.text.sanitize import quote_full, sanitize
from pbxsync.text.words import first_names, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pbxsync.model.plan import Change, Drift, FieldDiff, Left, Plan, Since, TenantPlan
    from pbxsync.model.report import Mismatch

HIDDEN: Final = "(sensitive)"
UNKNOWN: Final = "(not told)"

#: What is said of destinations that belong to no tenant.
SHARED: Final = "shared (of no tenant: never written)"

#: A tenant with at least this many destinations gets a note if all of them change.
MANY: Final = 5
#: Updates are unusually many if they are over half of this many live destinations of a tenant, or are in over half of this
#: many tenants, or are this many and one in twenty of all live destinations.
_MANY_OF_TENANT: Final = 10
_MANY_TENANTS: Final = 5
_MANY_IN_ALL: Final = 20
_ONE_IN: Final = 20
#: Tenants that a warning names.
_NAMED: Final = 4
#: The place that begins a line of an error, as `Place` is written.
_PLACE: Final = re.compile(r"^[^\n]+?:[0-9]+(?::[0-9]+)?: ", re.MULTILINE)
#: Fields are aligned to the longest label, up to this many columns.
_LABEL_WIDTH: Final = 24


def fields(change: Change) -> tuple[FieldDiff, ...]:
    """Return the fields to show: for an add without the name, which the headline has."""
    if change.action is Action.ADD:
        return tuple(diff for diff in change.diff if diff.field != "name")
    return change.diff


def label(row: FieldDiff | Mismatch) -> str:
    """Return the label of a field, or a name like `param3`."""
    return sanitize(row.label or row.field)


def label_width(rows: Sequence[FieldDiff | Mismatch]) -> int:
    """Return the width of the column of labels."""
    return min(max((len(label(row)) for row in rows), default=0), _LABEL_WIDTH)


def values(diff: FieldDiff) -> tuple[str, str]:
    """Return the values before and after a change, in quotes."""
    if isinstance(diff, SecretDiff):
        # Which secret it is tells a reviewer more than that there is one.
        return HIDDEN, HIDDEN if diff.reference is None else f"(sensitive, from {sanitize(diff.reference)})"
    if not isinstance(diff, TypeDiff):
        return UNKNOWN if diff.before is None else quote_full(diff.before), quote_full(diff.after)
    before, after = (None if kind is None else quote_full(str(kind)) for kind in (diff.before, diff.after))
    if diff.before is not None and before == after:
        # Two types may have the same name: then only their numbers tell them apart.
        return f"{before} ({sanitize(diff.before.id)})", f"{after} ({sanitize(diff.after.id)})"
    return before or UNKNOWN, after or UNKNOWN


def mismatch_values(row: Mismatch) -> tuple[str, str]:
    """Return the value that was sent and the one that was stored, in quotes."""
    if row.sensitive:
        return HIDDEN, HIDDEN
    return quote_full(row.wanted or ""), UNKNOWN if row.stored is None else quote_full(row.stored)


def headline(change: Change) -> str:
    """Return the name of a destination, whole, and its id if it has one."""
    return quote_full(change.name) + ("" if change.id is None else f" (id {sanitize(change.id)})")


def counts_live(tenant: TenantPlan) -> bool:
    """Whether the plan counts what else is live. It does not if the tenant failed, nor in a revert."""
    return tenant.error is None and all(change.source != FROM_JOURNAL for change in tenant.changes)


def to_do(changes: Sequence[Change]) -> str:
    """Return the counts of changes: `2 to add, 1 to change`."""
    adds = sum(change.action is Action.ADD for change in changes)
    parts = [f"{adds:,} to add"] if adds else []
    parts += [f"{len(changes) - adds:,} to change"] if len(changes) > adds else []
    return ", ".join(parts) or "no changes"


def notes(tenant: TenantPlan) -> list[str]:
    """Return the warnings that a reader must see before approving the changes of a tenant, one per line."""
    lines = [line for warning in tenant.warnings for line in warning.split("\n")]
    total = len(tenant.changes)
    if total >= MANY and not tenant.unchanged and counts_live(tenant):
        adds = sum(change.action is Action.ADD for change in tenant.changes)
        lines.append(f"all {total:,} destinations change ({adds:,} to add, {total - adds:,} to change)")
    lines = [sanitize(line) for line in lines if line]
    return [*lines, *(line for drift in tenant.drift for line in _drift(drift)), *map(_leaving, tenant.left)]


def notes_in_common(tenants: Iterable[TenantPlan]) -> list[tuple[str, list[str]]]:
    """Return the notes of tenants, each once with the codes of its tenants, safe to print, in the order of the plan."""
    having: dict[str, list[str]] = {}
    for tenant in tenants:
        for note in notes(tenant):
            having.setdefault(note, []).append(sanitize(tenant.tenant))
    return list(having.items())


class Warned(NamedTuple):
    """A sentence without text of others, and the tenants that it is about, sanitized; none if it is about all."""

    sentence: str
    tenants: str = ""

    def __str__(self) -> str:
        return f"{self.sentence[:-1]}: {self.tenants}." if self.tenants else self.sentence


def warnings(plan: Plan) -> list[Warned]:
    """Return what is to be said if an unusually large share of what is live is updated, in plan, comment and prompt."""
    counted = [tenant for tenant in plan.tenants if counts_live(tenant)]
    updates = [sum(change.action is Action.UPDATE for change in tenant.changes) for tenant in counted]
    live = [number + tenant.unchanged + tenant.unmanaged_count for number, tenant in zip(updates, counted, strict=True)]
    sentences = []
    if sum(updates) >= _MANY_IN_ALL and sum(updates) * _ONE_IN > sum(live):
        share = 100 * sum(updates) // sum(live)
        sentences.append(Warned(f"{sum(updates):,} of {sum(live):,} live destinations change ({share}%)."))
    known = len(counted) + (0 if plan.since is None else plan.since.not_read)
    updated = sum(number > 0 for number in updates)
    if known >= _MANY_TENANTS and 2 * updated > known:
        sentences.append(Warned(f"{updated:,} of {plural(known, 'tenant')} have updates."))
    most = [
        f"{sanitize(tenant.tenant)} ({number:,} of {total:,})"
        for tenant, number, total in zip(counted, updates, live, strict=True)
        if total >= _MANY_OF_TENANT and 2 * number > total
    ]
    if most:
        sentence = f"Over half of the live destinations change in {plural(len(most), 'tenant')}."
        sentences.append(Warned(sentence, first_names(most, _NAMED)))
    return sentences


def _drift(drift: Drift) -> list[str]:
    """Return what a git change leaves as it is although it differs from the files, one line per field."""
    begin, source = f"drift: left as it is: {quote_full(drift.name)}", sanitize(drift.source)
    if not drift.diff:
        return [f"{begin} is not live any more ({source})"]
    begin = f"{begin} (id {sanitize(drift.id or '')})"
    return [
        f"{begin} has {label(row)} {live}, the files say {desired} ({source})"
        for row, (live, desired) in ((row, values(row)) for row in drift.diff)
    ]


def _leaving(row: Left) -> str:
    """Return a sentence about a destination that leaves the files."""
    number = "" if row.id is None else f" (id {sanitize(row.id)})"
    name = f"{quote_full(row.name)}{number}"
    return f"{name} leaves the files: it stays live and becomes unmanaged ({sanitize(row.source)})"


def remark(diff: FieldDiff) -> str:
    """Return what is overwritten if somebody set the field by hand, else nothing."""
    by_hand = not isinstance(diff, SecretDiff) and diff.set_by_hand
    return f"overwrites {values(diff)[0]}, set by hand" if by_hand else ""


def worth_showing(plan: Plan, verbose: int) -> list[TenantPlan]:
    """Return the tenants that have anything to show except an error. Without `verbose` they lose their rows."""
    tenants = plan.tenants if verbose else [replace(tenant, unmanaged=(), shared=()) for tenant in plan.tenants]
    return [tenant for tenant in tenants if tenant.changes or tenant.unmanaged or tenant.shared or notes(tenant)]


def failures(plan: Plan) -> list[tuple[str, list[str]]]:
    """Return each distinct error with the tenants that have it, as `(message, tenants)`, the most common first.

    Errors that differ only in their places are the same: the message is that of the first tenant.
    """
    groups: dict[str, tuple[str, list[str]]] = {}
    for tenant in plan.tenants:
        if tenant.error is not None:
            without_places = _PLACE.sub("", tenant.error)
            groups.setdefault(without_places, (tenant.error, []))[1].append(tenant.tenant)
    return sorted(groups.values(), key=lambda group: -len(group[1]))


def _scope(plan: Plan) -> list[str]:
    """Return sentences about what a plan does not cover; none if it covers all that the files ask for."""
    if plan.scope is None:
        return []
    shard, tenants = plan.scope.shard, plan.scope.tenants
    sentences = [f"Only tenants that match {' or '.join(map(sanitize, tenants))}."] if tenants else []
    if shard is not None and shard.missing:
        names = [f"{number}/{shard.count}" for number in shard.numbers]
        sentences.append(f"Only shard{'' if len(names) == 1 else 's'} {', '.join(names)} of the tenants.")
    return sentences if plan.since is None else [*sentences, *_since(plan.since)]


def _since(since: Since) -> list[str]:
    """Return sentences about what a plan of a git change covers, and what it does not."""
    sentences = [f"What changes since {sanitize(since.ref)} (commit {since.commit[:12]})."]
    if since.not_read:
        sentences.append(f"{plural(since.not_read, 'other tenant')} not read.")
    if since.left:
        names = first_names([sanitize(tenant) for tenant in since.left], 8)
        leaves = "leaves" if len(since.left) == 1 else "leave"
        sentences.append(f"{names} {leaves} the files: all their destinations stay live and become unmanaged.")
    return sentences


class Closing(NamedTuple):
    """The lines that end a plan; an empty one does not apply. Only `scope` holds text of others."""

    verdict: str
    counts: str
    scope: tuple[str, ...]
    incomplete: str

    @property
    def left_alone(self) -> str:
        """What the plan does not touch, on one line."""
        return " ".join([self.counts, *self.scope]) if self.counts else ""


def closing(plan: Plan) -> Closing:
    """Return the lines that end a plan. `counts` and `scope` are empty if no tenant's plan counts what else is live."""
    counts = plan.summary
    verdict = f"Plan: {counts.add:,} to add, {counts.update:,} to change."
    if plan.complete and not counts.changes:
        verdict = "No changes. The PBX matches the files."
        if plan.since is not None:
            verdict = "No changes. The PBX has all that this git change asks for."
    known = not plan.tenants or any(counts_live(tenant) for tenant in plan.tenants)
    shared = f", {counts.shared:,} {SHARED}" if counts.shared else ""
    alone = f"{counts.unchanged:,} unchanged, {counts.unmanaged:,} unmanaged (live, in no file: left alone){shared}."
    scope = _scope(plan)
    if plan.overridden_url is not None:
        other = quote_full(plan.overridden_url)
        scope.append(f"PBXSYNC_URL wins: this is the plan for {quote_full(plan.url)}, not for {other}.")
    failed = f"{counts.failed:,} of {plural(counts.tenants, 'tenant')} failed"
    incomplete = "" if plan.complete else f"This plan is incomplete and cannot be applied: {failed}."
    return Closing(verdict, alone, tuple(scope), incomplete) if known else Closing(verdict, "", (), incomplete)
