"""Several saved plans become the plan of one run, or are refused together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pbxsync import planfile
from pbxsync.errors import PlanError, UsageError
from tests.render import samples

if TYPE_CHECKING:
    from pbxsync.model.plan import Plan


def shards() -> list[tuple[str, Plan]]:
    return [
        ("b.plan", replace(samples.plan(samples.NEW, samples.ODD), created_at="2031-05-04T09:29:59Z")),
        ("a.plan", samples.plan(samples.DEMO)),
        ("c.plan", samples.plan(samples.IDLE)),
    ]


def test_joined_plans_are_the_plan_of_one_run_whatever_their_order() -> None:
    expected = replace(samples.FULL, created_at="2031-05-04T09:29:59Z")
    given = shards()
    assert (
        planfile.combine(given)
        == planfile.combine(given[::-1])
        == planfile.combine([given[1], given[2], given[0]])
        == expected
    )


def test_one_tenant_in_two_files_names_both() -> None:
    given = [*shards(), ("d.plan", samples.plan(samples.IDLE))]
    for order in (given, given[::-1]):
        with pytest.raises(PlanError, match=r'^c.plan and d.plan both contain tenant "IDLE"'):
            planfile.combine(order)


def test_plans_of_two_pbxs_are_not_joined() -> None:
    other = replace(samples.plan(samples.IDLE), url="https://other.example/proxyapi.php")
    with pytest.raises(PlanError, match=r"a.plan is a plan for .* and z.plan for .*other.example"):
        planfile.combine([("z.plan", other), ("a.plan", samples.FULL)])


def test_no_plan_at_all_is_a_misuse() -> None:
    with pytest.raises(UsageError, match="no plan"):
        planfile.combine([])
