"""Groups say how many changes they have, in which tenants and of which destinations, without doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from pbxsync.model.plan import Plan, SecretDiff, TextDiff, Update
from pbxsync.planning.groups import group_changes
from pbxsync.render import groups
from tests.render import samples
from tests.render.harmless import assert_harmless
from tests.render.strategies import hostile, plans

TIMEOUT = TextDiff("param3", "30", "25", "timeout")


def update(tenant: str, number: int, *diff: TextDiff | SecretDiff, name: str = "") -> Update:
    source = f"tenants/{tenant}.yaml:{number}"
    return Update(tenant, str(number), name or f"Boss {number}", source, diff or (TIMEOUT,), live="x")


def test_many_changes_of_few_kinds_are_shown_by_change() -> None:
    few = [update("A", number) for number in range(20)]
    many = [*few, update("A", 20)]
    different = [update("A", number, replace(TIMEOUT, after=str(number // 2))) for number in range(22)]
    assert not groups.shows_changes("auto", few, group_changes(few))
    assert groups.shows_changes("auto", many, group_changes(many))
    assert groups.shows_changes("auto", different, group_changes(different))
    assert not groups.shows_changes("auto", different[1:], group_changes(different[1:]))
    assert groups.shows_changes("changes", few, group_changes(few))
    assert not groups.shows_changes("tenants", many, group_changes(many))


def test_a_group_says_what_it_does_on_one_line() -> None:
    shared = (
        *(update(f"T{number}", number) for number in range(3)),
        samples.add("DEMO", "Night duty"),
        update("DEMO", 9, SecretDiff("param2", "hmac:1", "api_key"), TextDiff("param1", "a", "b\nc", "prompt")),
    )
    add, odd, updates = group_changes(shared)
    assert groups.title(updates) == "3 changes in 3 tenants"
    assert groups.gist(updates) == '3 × timeout "30" -> "25"'
    assert groups.title(add) == "1 add in DEMO"
    assert groups.gist(add) == '1 × add type "FORWARD", number "+45 70 12 34 56", timeout "045"'
    assert groups.gist(odd) == "1 × api_key (sensitive) -> (sensitive), prompt 1 character -> 2 lines"


def test_members_are_named_by_tenant_and_the_others_counted() -> None:
    changes = [update("BAKKEADVO", number) for number in range(5)]
    changes += [update(f"T{number}", number) for number in range(10, 14) for _ in range(6)]
    changes.append(update("ZULU", 7))
    shown, rest = groups.members(group_changes(changes)[0], tenants=2, names=3)
    assert list(map(str, shown)) == ["ZULU: Boss 7", "BAKKEADVO: Boss 0, Boss 1, Boss 2 and 2 more"]
    assert rest == "and 24 more in 4 tenants"
    assert groups.members(group_changes(changes)[0], tenants=9, names=9)[1] == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Night duty", "Night duty"),
        ("Bøb's fax", "Bøb's fax"),
        ("Night, Fax", '"Night, Fax"'),
        ("a and 5 more", '"a and 5 more"'),
        ("Night ", '"Night "'),
        ("", '""'),
        ("a (id 4)", '"a (id 4)"'),
        ('"x"', '"\\"x\\""'),
        ("a\u00a0b", '"a\\u00a0b"'),
    ],
)
def test_a_name_that_is_not_plain_is_quoted(name: str, shown: str) -> None:
    assert groups.name_in_list(name) == shown


def test_two_destinations_of_one_name_are_told_apart() -> None:
    changes = [update("A", number, name="Fax") for number in (4, 5)]
    assert str(groups.members(group_changes(changes)[0], 8, 8)[0][0]) == "A: Fax (id 4), Fax (id 5)"


def test_a_tenant_code_that_is_not_plain_is_quoted() -> None:
    changes = [update(tenant, 1) for tenant in ("A: Fax, B", "C")]
    assert list(map(str, groups.members(group_changes(changes)[0], 8, 8)[0])) == ['"A: Fax, B": Boss 1', "C: Boss 1"]


@given(plans())
def test_what_groups_say_is_harmless(plan: Plan) -> None:
    for group in group_changes(plan.changes):
        shown, rest = groups.members(group, 2, 2)
        for line in (groups.title(group), groups.gist(group), *map(str, shown), rest):
            assert_harmless(line)


@given(hostile, hostile)
def test_two_names_never_print_the_same(first: str, second: str) -> None:
    assert (groups.name_in_list(first) == groups.name_in_list(second)) is (first == second)
