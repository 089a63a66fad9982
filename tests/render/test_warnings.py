"""A plan that updates an unusually large share of what is live says so, and others do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pbxsync.model.plan import FROM_JOURNAL, Plan, Scope, Since, TenantPlan
from pbxsync.render import Options, render, view
from tests.render import samples


def tenant(code: str, updates: int, unchanged: int = 0, unmanaged: int = 0, adds: int = 0) -> TenantPlan:
    changes = [samples.rename(code, str(number + 1)) for number in range(updates)]
    changes += [samples.add(code, f"Desk {number}") for number in range(adds)]
    return TenantPlan(code, tuple(changes), unchanged=unchanged, unmanaged_count=unmanaged)


def warned(*tenants: TenantPlan) -> list[str]:
    return list(map(str, view.warnings(samples.plan(*tenants))))


@pytest.mark.parametrize(
    ("plans", "sentences"),
    [
        ([], []),
        ([tenant("A", 5, 5)], []),
        ([tenant("A", 5, 4)], []),  # fewer than ten
        ([tenant("A", 6, 4)], ["Over half of the live destinations change in 1 tenant: A (6 of 10)."]),
        ([tenant("A", 6, 2, 2)], ["Over half of the live destinations change in 1 tenant: A (6 of 10)."]),
        ([tenant("A", 0, 4, adds=30)], []),
        ([tenant("A", 20, 380)], []),  # one in twenty, not more
        ([tenant("A", 20, 379)], ["20 of 399 live destinations change (5%)."]),
        ([tenant("A", 19, 100)], []),
        ([tenant(code, 1, 99) for code in "ABCDE"], ["5 of 5 tenants have updates."]),
        ([tenant(code, code in "ABC", 99) for code in "ABCDEF"], []),
        (
            [*(tenant(code, 1, 99) for code in "ABC"), *(tenant(code, 0, 9) for code in "DE")],
            ["3 of 5 tenants have updates."],
        ),
        ([tenant(code, 1, 99) for code in "ABCD"], []),
    ],
)
def test_it_warns_by_share(plans: list[TenantPlan], sentences: list[str]) -> None:
    assert warned(*plans) == sentences


def test_it_names_some_of_the_tenants() -> None:
    sentence = warned(*(tenant(f"T{number}", 12) for number in range(7)))[-1]
    assert sentence == (
        "Over half of the live destinations change in 7 tenants: T0 (12 of 12), T1 (12 of 12), T2 (12 of 12),"
        " T3 (12 of 12) and 3 more."
    )


def test_a_plan_that_does_not_know_what_is_live_does_not_warn() -> None:
    back = tuple(replace(change, source=FROM_JOURNAL) for change in tenant("A", 50).changes)
    assert warned(TenantPlan("A", back)) == []
    assert warned(TenantPlan("B", error="it failed")) == []


def test_tenants_that_a_git_change_does_not_touch_count_as_tenants() -> None:
    plan = samples.plan(*(tenant(code, 1, 99) for code in "ABCDE"))
    many, few = (replace(plan, scope=Scope(since=Since("main", "1a2b3c", not_read=number))) for number in (5, 4))
    assert view.warnings(many) == []
    assert list(map(str, view.warnings(few))) == ["5 of 9 tenants have updates."]


@pytest.mark.parametrize("fmt", ["text", "short"])
def test_a_plan_shows_its_warnings_first(fmt: str) -> None:
    plan: Plan = samples.plan(tenant("A", 20, 100))
    assert "\n! 20 of 120 live destinations change (16%)." in render(plan, fmt, Options())[:160]
