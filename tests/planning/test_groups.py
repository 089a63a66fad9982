"""Equal changes are one group; changes that differ in anything that a reader could object to are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from pbxsync.model.entry import Type
from pbxsync.model.plan import Add, Change, FieldDiff, Plan, SecretDiff, TextDiff, TypeDiff, Update
from pbxsync.planning.groups import group_changes, shared_fields
from tests.render.strategies import plans

TIMEOUT = TextDiff("param3", "30", "25", "timeout")


def update(tenant: str, number: int, *diff: FieldDiff) -> Change:
    return Update(tenant, str(number), f"Boss {number}", f"tenants/{tenant}.yaml:{number}", diff, live="x")


def add(tenant: str, name: str, *diff: FieldDiff) -> Change:
    source = f"tenants/{tenant}.yaml:1"
    return Add(tenant, name, source, (TextDiff("name", None, name), *diff), type="FORWARD")


def test_the_rarest_group_comes_first() -> None:
    equal = [update(f"T{number // 10}", number, TIMEOUT) for number in range(763)]
    odd = update("T40", 999, replace(TIMEOUT, after="250"))
    groups = group_changes([*equal[:400], odd, *equal[400:]])
    assert [len(group.changes) for group in groups] == [1, 763]
    assert groups[0].changes == (odd,)
    assert groups[1].changes == tuple(equal)
    assert list(groups[1].tenants) == [f"T{number}" for number in range(77)]
    assert groups[1].tenants["T3"] == tuple(equal[30:40])


@pytest.mark.parametrize(
    ("counts", "rarity"),
    [([763], 763), ([13, 13, 1], 1), ([13, 2, 10], 2), ([13, 2, 9], 24), ([13, 13, 1, 1], 28), ([1, 1, 1], 3)],
)
def test_a_group_is_as_rare_as_in_the_tenant_that_is_alone_in_it(counts: list[int], rarity: int) -> None:
    changes = [update(f"T{tenant}", number, TIMEOUT) for tenant, count in enumerate(counts) for number in range(count)]
    two = [update("A", number, replace(TIMEOUT, after="20")) for number in range(2)]
    first, second = group_changes([*two, *changes])
    assert {first.rarity, second.rarity} == {2, rarity}
    assert first.rarity <= second.rarity


@pytest.mark.parametrize(
    "other",
    [
        replace(TIMEOUT, before="20"),
        replace(TIMEOUT, after="24"),
        replace(TIMEOUT, field="param4"),
        replace(TIMEOUT, label=None),
        replace(TIMEOUT, set_by_hand=True),
        TypeDiff(Type("1", "FORWARD"), Type("2", "FORWARD")),
    ],
)
def test_updates_that_differ_are_two_groups(other: FieldDiff) -> None:
    changes = [update("A", 1, TIMEOUT), update("B", 2, other), update("C", 3, TIMEOUT)]
    assert [group.changes for group in group_changes(changes)] == [(changes[1],), (changes[0], changes[2])]


def test_a_field_more_is_another_group() -> None:
    more = update("B", 2, TIMEOUT, TextDiff("param1", "1", "2", "number"))
    assert len(group_changes([update("A", 1, TIMEOUT), more])) == 2


def test_two_types_of_one_name_are_two_groups() -> None:
    first, second = (TypeDiff(None, Type(number, "FORWARD")) for number in ("1", "2"))
    assert len(group_changes([add("A", "Boss", first), add("B", "Boss", second)])) == 2


def test_secrets_are_never_equal() -> None:
    secret = SecretDiff("param2", "hmac:1", "api_key")
    changes = [update("A", 1, secret), update("B", 2, secret), add("C", "Robot", secret), add("D", "Robot", secret)]
    assert [group.changes for group in group_changes(changes)] == [(change,) for change in changes]


def test_adds_are_compared_without_their_names() -> None:
    number = TextDiff("param1", None, "+4570123456", "number")
    groups = group_changes([add("A", "Fax", number), add("B", "Night", number), add("B", "Day", TIMEOUT)])
    assert [len(group.changes) for group in groups] == [1, 2]
    assert groups[1].diff == (number,)


def test_an_add_and_an_update_are_two_groups() -> None:
    assert len(group_changes([add("A", "Fax", TIMEOUT), update("B", 2, TIMEOUT)])) == 2


def test_a_rename_is_compared_with_its_names() -> None:
    renames = [
        update(tenant, 1, TextDiff("name", "Boss", name)) for tenant, name in (("A", "CEO"), ("B", "CEO"), ("C", "COO"))
    ]
    assert [group.changes for group in group_changes(renames)] == [(renames[2],), (renames[0], renames[1])]


@given(plans())
def test_every_change_is_in_one_group_of_its_equals(plan: Plan) -> None:
    groups = group_changes(plan.changes)
    members = [id(change) for group in groups for change in group.changes]
    assert sorted(members) == sorted(map(id, plan.changes))
    assert [group.rarity for group in groups] == sorted(group.rarity for group in groups)
    keys = set()
    for group in groups:
        assert {(change.action, shared_fields(change)) for change in group.changes} == {(group.action, group.diff)}
        if any(isinstance(row, SecretDiff) for row in group.diff):
            assert len(group.changes) == 1
        else:
            assert (group.action, group.diff) not in keys
            keys.add((group.action, group.diff))
