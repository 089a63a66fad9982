"""The plans of several files as one. Their order does not matter.

Shards are parts of one plan, so they are complete together or refused: some of them never pass for the whole.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.errors import PlanError, UsageError
from pbxsync.model.plan import Add, Plan, Scope, Shards
from pbxsync.text.sanitize import quote, sanitize
from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeVar

    from pbxsync.model.plan import TenantPlan

    Value = TypeVar("Value")

#: So many missing shards are named.
_NAMED: Final = 8


def combine(plans: Iterable[tuple[str, Plan]], *, partial: bool = False) -> Plan:
    """Return one plan, made of pairs of a file name and its plan. It is as old as the oldest of them.

    Raises `PlanError` if they are for different PBXs, if two of them contain the same tenant or change the same object, or,
    unless `partial`, if they are shards that do not add up to a whole.
    """
    pairs = sorted(plans, key=lambda pair: pair[0])
    if not pairs:
        raise UsageError("no plan was given: name at least one file made by `pbxsync plan --out`")
    first_file, first = pairs[0]
    for file, plan in pairs:
        if plan.url != first.url:
            raise PlanError(
                f"{sanitize(first_file)} is a plan for {quote(first.url)} and {sanitize(file)} for {quote(plan.url)}: "
                "give the plans of one PBX at a time"
            )
    tenants = [(file, tenant) for file, plan in pairs for tenant in plan.tenants]
    clash = first_clash(tenants)
    if clash is not None:
        files = f"{sanitize(clash.first)} and {sanitize(clash.second)}"
        raise PlanError(f"{files} both contain {clash.item}: apply them one after the other, or plan again in one run")
    if not partial and (reason := why_partial(pairs)):
        raise PlanError(f"{reason}. Nothing was written: give all shards of one plan, or use --partial")
    return Plan(
        url=first.url,
        created_at=min(plan.created_at for _, plan in pairs),
        pbxsync_version=", ".join(sorted({plan.pbxsync_version for _, plan in pairs})),
        tenants=tuple(sorted((tenant for _, tenant in tenants), key=lambda tenant: tenant.tenant)),
        scope=_scope([plan.scope for _, plan in pairs]),
        git=_same([plan.git for _, plan in pairs]),
        overridden_url=_same([plan.overridden_url for _, plan in pairs]),
    )


def why_partial(plans: Iterable[tuple[str, Plan]]) -> str:
    """Return why plans are not the whole of what was planned, as a sentence without its full stop; empty if they are.

    A plan that was narrowed by `--tenant` is whole in its scope.
    """
    groups: dict[tuple[object, ...], list[tuple[str, Plan, Scope, Shards]]] = defaultdict(list)
    for file, plan in plans:
        scope = plan.scope
        if scope is not None and scope.shard is not None:
            base = None if scope.since is None else scope.since.commit
            groups[scope.shard.count, scope.tenants, base].append((file, plan, scope, scope.shard))
    for group in groups.values():
        file, plan, scope, shard = group[0]
        for other_file, other_plan, other_scope, _ in group:
            if other_scope.files != scope.files:
                return (
                    f"{sanitize(file)} and {sanitize(other_file)} are shards that were planned from different files"
                    f"{_commits(plan, other_plan)}"
                )
        given = Shards(tuple(sorted({number for *_, part in group for number in part.numbers})), shard.count)
        if given.missing:
            names = first_names([f"{number}/{given.count}" for number in given.missing], _NAMED, "shard")
            missing = f"shard {names} is" if len(given.missing) == 1 else f"shards {names} are"
            return f"the plans are not the whole of what was planned: {missing} missing"
    return ""


def _scope(scopes: Sequence[Scope | None]) -> Scope | None:
    known = [scope for scope in scopes if scope is not None]
    if not known:
        return None
    numbers: dict[int, set[int]] = defaultdict(set)
    for shard in (scope.shard for scope in known if scope.shard is not None):
        numbers[shard.count].update(shard.numbers)
    shards = [Shards(tuple(sorted(given)), count) for count, given in numbers.items()]
    return Scope(
        _same([scope.files for scope in known]) or "",
        next((shard for shard in shards if shard.missing), None),
        _same([scope.tenants for scope in known]) or (),
        _same([scope.since for scope in known]),
    )


def _same(values: Sequence[Value]) -> Value | None:
    """Return what all of these are, None if they differ."""
    return values[0] if all(value == values[0] for value in values) else None


def _commits(first: Plan, second: Plan) -> str:
    commits = [plan.git.commit[:12] for plan in (first, second) if plan.git is not None]
    return f" (commits {commits[0]} and {commits[1]})" if len(set(commits)) == 2 else ""


class Clash(NamedTuple):
    """The same item in two files: the item in words, and the names of the files."""

    item: str
    first: str
    second: str


def first_clash(tenants: Iterable[tuple[str, TenantPlan]]) -> Clash | None:
    """Return the first item that is there twice, in pairs of a file name and a tenant."""
    seen: dict[str, str] = {}
    for file, tenant in tenants:
        for item in _items(tenant):
            if item in seen:
                return Clash(item, seen[item], file)
            seen[item] = file
    return None


def _items(tenant: TenantPlan) -> Iterator[str]:
    yield f"tenant {quote(tenant.tenant)}"
    for change in tenant.changes:
        if isinstance(change, Add):
            yield f"the add of {quote(change.name)} to tenant {quote(tenant.tenant)}"
        else:
            yield f"id {change.id}"
