"""A plan narrowed to what was approved never takes a name that another destination keeps."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.model.plan import Add, Change, Plan, TenantPlan, TextDiff, Update
from pbxsync.planning.narrow import narrow
from pbxsync.planning.order import in_order

NAMES = "abcdef"


def rename(id_: int, before: str, after: str) -> Change:
    return Update("T", str(id_), after, "t.yaml:1", (TextDiff("name", before, after),), "sha256:1")


def add(name: str) -> Change:
    return Add("T", name, "t.yaml:1", (TextDiff("name", None, name),))


def plan(*changes: Change) -> Plan:
    return Plan("https://pbx.example/", "2031-05-04T09:30:00Z", "1", (TenantPlan("T", in_order(changes)),))


def test_what_takes_a_name_that_a_declined_change_keeps_is_blocked_and_what_depends_on_that_too() -> None:
    first, second, third = rename(1, "a", "b"), rename(2, "b", "c"), add("a")
    left, declined, blocked = narrow(plan(first, second, third), {first, third})
    assert (left.changes, set(declined), set(blocked)) == ((), {first, second, third}, {first, third})


def test_a_swap_is_done_whole_or_not_at_all() -> None:
    swap = (rename(1, "a", "b"), rename(2, "b", "a"))
    assert narrow(plan(*swap), swap).plan == plan(*swap)
    assert narrow(plan(*swap), swap[:1]).plan.changes == ()


def test_the_same_name_in_another_tenant_is_no_obstacle() -> None:
    other = TenantPlan("U", (Update("U", "9", "z", "u.yaml:1", (TextDiff("name", "a", "z"),), "sha256:1"),))
    both = plan(add("a"))
    both = Plan(both.url, both.created_at, both.pbxsync_version, (*both.tenants, other))
    left, declined, blocked = narrow(both, {add("a")})
    assert (left.changes, declined, blocked) == ((add("a"),), other.changes, ())


@settings(max_examples=200, deadline=None)
@given(st.permutations(NAMES), st.integers(1, 5), st.lists(st.booleans(), min_size=8, max_size=8), st.data())
def test_no_two_destinations_have_one_name_afterwards(
    after: list[str], live: int, answers: list[bool], data: st.DataObject
) -> None:
    before = dict(enumerate(NAMES[:live], 1))
    changes = [rename(id_, name, after[id_]) for id_, name in before.items() if name != after[id_]]
    taken = {after[id_] for id_ in before}
    changes += [add(name) for name in data.draw(st.lists(st.sampled_from(NAMES), unique=True)) if name not in taken]
    whole = plan(*changes)
    approved = {change for change, answer in zip(whole.changes, answers, strict=False) if answer}
    left, declined, blocked = narrow(whole, approved)
    names = before | {int(change.id): change.name for change in left.changes if isinstance(change, Update)}
    held = [*names.values(), *(change.name for change in left.changes if isinstance(change, Add))]
    assert len(held) == len(set(held))
    assert set(left.changes) | set(declined) == set(whole.changes)
    assert len(left.changes) + len(declined) == len(whole.changes)
    assert set(left.changes) == approved - set(blocked)
