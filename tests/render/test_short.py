"""The short plan fits a chat, says the rarest first, counts exactly, and calls nobody."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from pbxsync.model.plan import Plan, TenantPlan, TextDiff
from pbxsync.planning.groups import group_changes
from pbxsync.render import view
from pbxsync.render.short import LIMIT, plan_short
from tests.render import samples
from tests.render.harmless import assert_harmless
from tests.render.planted import PLANTED
from tests.render.strategies import plans
from tests.render.test_text import check

BOUNDED = settings(max_examples=60, deadline=None)


def size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_seen(name: str) -> None:
    planted = PLANTED[name]
    text = plan_short(planted.plan)
    check(f"planted/{name}.short.txt", text)
    assert all(sign in text for sign in planted.signs if "differ only" not in sign)
    assert ("! 1 note on 1 tenant." in text) is any("differ only" in sign for sign in planted.signs)


@BOUNDED
@given(plans())
def test_a_short_plan_of_hostile_text_is_harmless_and_short(plan: Plan) -> None:
    text = plan_short(plan)
    assert_harmless(text)
    assert size(text) < LIMIT
    assert "@" not in text
    assert "<" not in text
    assert text.startswith(view.closing(plan).verdict)


@BOUNDED
@given(plans())
def test_every_group_is_shown_or_counted(plan: Plan) -> None:
    text = plan_short(plan)
    shown = len(re.findall(r"^[+~] ", text, re.MULTILINE))
    rest = re.search(r"^and ([\d,]+) more groups? \(", text, re.MULTILINE)
    assert shown + (int(rest[1]) if rest else 0) == len(group_changes(plan.changes))


def test_what_does_not_fit_is_counted() -> None:
    changes = tuple(samples.add("DEMO", f"Desk {number}", f"70{number}") for number in range(2_000))
    text = plan_short(samples.plan(TenantPlan("DEMO", changes)))
    shown = text.count("\n+ DEMO")
    assert text.startswith("Plan: 2,000 to add, 0 to change. 1 tenant.\n")
    assert text.endswith(f"\nand {2_000 - shown:,} more groups ({2_000 - shown:,} changes).")
    assert 800 < size(text) < LIMIT


def test_an_incomplete_plan_says_so_first() -> None:
    lines = plan_short(samples.BROKEN).splitlines()
    assert lines[2] == "This plan is incomplete and cannot be applied: 13 of 14 tenants failed."


def test_what_differs_in_a_value_is_not_cut() -> None:
    before = "Answer every call politely, please, and ask for the number"
    row = TextDiff("param1", before, before.replace("the number", "the name"), "prompt")
    text = plan_short(samples.plan(TenantPlan("DEMO", (replace(samples.rename("DEMO"), diff=(row,)),))))
    assert 'prompt "…sk for the number" -> "…sk for the name"' in text
