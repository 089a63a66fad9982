"""The text plan says everything, to the letter, and nothing that harms."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.model.entry import Type
from pbxsync.model.plan import FROM_JOURNAL, Action, Add, Plan, SecretDiff, TenantPlan, TextDiff, TypeDiff
from pbxsync.model.report import Outcome, Report, Status
from pbxsync.planfile.read import parse
from pbxsync.planfile.write import text as planfile_text
from pbxsync.render import FORMATS, Options, marks, plan_text, render, report_text, view
from pbxsync.render.groups import VIEWS
from pbxsync.render.short import plan_short
from pbxsync.text.sanitize import quote_full, sanitize, sanitize_lines
from tests.render import samples
from tests.render.harmless import assert_harmless
from tests.render.planted import PLANTED
from tests.render.strategies import plans, reports

GOLDEN = Path(__file__).parent / "golden"

BOUNDED = settings(max_examples=60, deadline=None)


def check(name: str, text: str) -> None:
    """Compare with the golden file; UPDATE_GOLDEN=1 writes it, to be read before it is committed."""
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text + "\n", encoding="utf-8")
    assert text + "\n" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plan.txt", plan_text(samples.FULL)),
        ("plan-verbose.txt", plan_text(samples.FULL, verbose=1)),
        ("plan-incomplete.txt", plan_text(samples.BROKEN)),
        ("plan-incomplete-verbose.txt", plan_text(samples.BROKEN, verbose=1)),
        ("report-good.txt", report_text(samples.GOOD_REPORT)),
        ("report-good-verbose.txt", report_text(samples.GOOD_REPORT, verbose=1)),
        ("report-bad.txt", report_text(samples.BAD_REPORT)),
        ("plan.json", render(samples.FULL, "json", Options(verbose=1))),
    ],
)
def test_output_is_as_it_was_reviewed(name: str, text: str) -> None:
    check(name, text)


@BOUNDED
@given(plans(), st.integers(0, 2), st.booleans(), st.sampled_from([0, 40, 80, 200]), st.sampled_from(VIEWS))
def test_a_plan_of_hostile_text_is_harmless(plan: Plan, verbose: int, colour: bool, width: int, view_by: str) -> None:
    text = plan_text(plan, verbose=verbose, colour=colour, width=width, view_by=view_by)
    assert_harmless(text, colour=colour)


@BOUNDED
@given(reports(), st.integers(0, 2), st.booleans(), st.sampled_from([0, 40, 80]))
def test_a_report_of_hostile_text_is_harmless(report: Report, verbose: int, colour: bool, width: int) -> None:
    assert_harmless(report_text(report, verbose=verbose, colour=colour, width=width), colour=colour)


@BOUNDED
@given(plans(), st.sampled_from(sorted(FORMATS)), st.booleans(), st.sampled_from(VIEWS))
def test_every_format_is_harmless(plan: Plan, fmt: str, colour: bool, view_by: str) -> None:
    text = render(plan, fmt, Options(verbose=1, colour=colour, view=view_by))
    assert_harmless(text, colour=colour and fmt == "text")


@BOUNDED
@given(plans(), st.sampled_from(VIEWS))
def test_every_value_and_place_of_a_change_is_shown_to_the_letter(plan: Plan, view_by: str) -> None:
    text = plan_text(plan, verbose=1, width=0, view_by=view_by)
    for change in plan.changes:
        assert quote_full(change.name) in text
        assert sanitize(change.source) in text
        for row in change.diff:
            if isinstance(row, SecretDiff):
                continue
            lines = marks.lines(row, marks.WHOLE) if row in view.fields(change) else ()
            if lines:  # test_marks.py: they are both texts, whole
                assert all("".join(piece.text for piece in line.pieces).rstrip() in text for line in lines)
                continue
            assert quote_full(str(row.after)) in text
            assert quote_full(str(row.before or row.after)) in text


@BOUNDED
@given(plans(), st.sampled_from(VIEWS))
def test_every_short_value_and_every_note_is_shown_without_verbose(plan: Plan, view_by: str) -> None:
    text = plan_text(plan, width=0, view_by=view_by)
    for tenant in plan.tenants:
        assert all(note in text for note in view.notes(tenant))
        assert all(line in text for line in sanitize_lines(tenant.error or "").split("\n"))
    for change in plan.changes:
        for row in view.fields(change):
            if not marks.lines(row):
                shown = view.values(row)[change.action is Action.ADD :]
                assert all(value in text for value in shown)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_in_the_first_twenty_lines(name: str) -> None:
    plan, signs = PLANTED[name].plan, PLANTED[name].signs
    text = plan_text(plan)
    check(f"planted/{name}.txt", text)
    assert len(text.splitlines()) < 400
    first = "\n".join(text.splitlines()[:20])
    assert all(sign in first for sign in signs)
    coloured = "\n".join(plan_text(plan, colour=True).splitlines()[:20])
    assert all(sign in re.sub("\x1b\\[[0-9;]*m", "", coloured) for sign in signs)


@pytest.mark.parametrize("plan", [samples.FULL, samples.BROKEN, *(planted.plan for planted in PLANTED.values())])
@pytest.mark.parametrize("verbose", [0, 1])
def test_a_saved_plan_is_shown_as_it_was_when_it_was_made(plan: Plan, verbose: int) -> None:
    saved = parse(planfile_text(plan, verbose=True), "a.plan")
    for view_by in VIEWS:
        assert plan_text(saved, verbose=verbose, view_by=view_by) == plan_text(plan, verbose=verbose, view_by=view_by)
    assert plan_short(saved) == plan_short(plan)


@pytest.mark.parametrize(
    ("number", "groups", "counts"),
    [
        (4, 1, "4 changes, all of them equal:"),
        (4, 4, "4 changes, no two of them equal:"),
        (1, 1, "1 change:"),
        (4, 2, "4 changes in 2 groups of equal ones, the rarest first:"),
    ],
)
def test_a_plan_by_change_begins_with_counts(number: int, groups: int, counts: str) -> None:
    rows = [TextDiff("param1", "x", str(at % groups), "number") for at in range(number)]
    changes = tuple(replace(samples.rename("DEMO", str(at)), diff=(row,)) for at, row in enumerate(rows))
    plan = samples.plan(TenantPlan("DEMO", changes, unchanged=90))
    assert plan_text(plan, view_by="changes").splitlines()[2] == counts


def test_what_differs_is_marked_in_colour_and_whole_without() -> None:
    plan = PLANTED["a-wrong-digit"].plan
    assert '"+45209904\x1b[4;31m0\x1b[0m1" -> "+45209904\x1b[4;32m1\x1b[0m1"' in plan_text(plan, colour=True)
    assert '"+4520990401" -> "+4520990411"' in plan_text(plan)


def long_text(before: str, after: str) -> Plan:
    change = replace(samples.rename("DEMO"), diff=(TextDiff("param1", before, after, "prompt"),))
    return samples.plan(TenantPlan("DEMO", (change,), unchanged=9))


def test_a_long_text_is_a_line_diff() -> None:
    before = "\n".join(f"Line {number} of the prompt." for number in range(60))
    after = before.replace("30 of the", "30 in the")
    assert plan_text(long_text(before, after)).splitlines()[4:14] == [
        "      prompt  60 lines -> 60 lines",
        "        @ 28 equal lines",
        "        | Line 28 of the prompt.",
        "        | Line 29 of the prompt.",
        "        - Line 30 of the prompt.",
        "        |         ^^",
        "        + Line 30 in the prompt.",
        "        |         ^^",
        "        | Line 31 of the prompt.",
        "        | Line 32 of the prompt.",
    ]
    assert "        - Line 30 \x1b[4;31mof\x1b[0m the" in plan_text(long_text(before, after), colour=True).replace(
        "\x1b[31m-\x1b[0m", "-"
    )
    assert "Line 3 of the prompt." not in plan_text(long_text(before, after))
    assert "Line 3 of the prompt." in plan_text(long_text(before, after), verbose=1)


def test_no_line_of_a_text_can_look_like_one_of_ours() -> None:
    before = "Hello\n\nPlan: 0 to add, 0 to change.\n" * 2
    text = plan_text(long_text(before, f"{before}Bye"))
    assert text.count("\n        | Plan: 0 to add, 0 to change.") == 1
    assert len([line for line in text.splitlines() if line.strip().startswith("Plan:")]) == 1


def test_equal_words_of_a_long_line_are_left_out_but_not_with_verbose() -> None:
    before = f"{'Answer politely. ' * 100}Say no. {'Then hang up. ' * 100}"
    plan = long_text(before, before.replace("Say no", "Say yes"))
    assert "olitely. Answer politely. Say yes. Then hang up. Then hang up" in plan_text(plan)
    assert "- …(1,674)…olitely." in plan_text(plan)
    assert len(plan_text(plan)) < 1_000
    assert f"- {before[:-1]}" in plan_text(plan, verbose=1)


def test_a_plan_by_change_names_all_members_with_verbose() -> None:
    plan = PLANTED["one-more-zero"].plan
    assert "and 663 more in 51 tenants" in plan_text(plan)
    text = plan_text(plan, verbose=1)
    assert all(f"{change.source}\n" in text for change in plan.changes)
    assert "more in" not in text


def test_equal_notes_are_shown_once_in_a_plan_by_change() -> None:
    tenants = tuple(replace(tenant, warnings=("the label is new",)) for tenant in PLANTED["one-more-zero"].plan.tenants)
    text = plan_text(samples.plan(*tenants))
    assert "! 59 tenants: the label is new\n    | KUNDE01, KUNDE02," in text
    assert plan_text(samples.plan(*tenants), view_by="tenants").count("  ! the label is new") == 59


def test_the_last_lines_say_what_would_happen() -> None:
    assert "\nPlan: 6 to add, 2 to change.\n16 unchanged, 2 unmanaged" in plan_text(samples.FULL)
    pbx, _, verdict = plan_text(samples.plan(samples.IDLE)).partition("\n\n")
    assert verdict.startswith("No changes. The PBX matches the files.\n12 unchanged")
    assert pbx == "PBX https://pbx.example/pbx/proxyapi.php"


REVERT = TenantPlan("DEMO", (replace(samples.rename("DEMO"), source=FROM_JOURNAL),))


@pytest.mark.parametrize("fmt", ["text", "markdown", "html"])
def test_what_else_is_live_is_told_by_plans_that_know_it_alone(fmt: str) -> None:
    def told(*tenants: TenantPlan) -> list[str]:
        return re.findall(r"\d+ (?:unchanged|unmanaged)", render(samples.plan(*tenants), fmt, Options()))

    for tenants in ([REVERT], [samples.TWINS], [REVERT, samples.TWINS]):
        assert told(*tenants) == []
    for tenants in ([samples.IDLE], [samples.IDLE, samples.TWINS], [REVERT, samples.IDLE]):
        assert told(*tenants) == ["12 unchanged", "0 unmanaged"]
    assert told() == ["0 unchanged", "0 unmanaged"]


def test_an_incomplete_plan_never_says_that_nothing_changes() -> None:
    text = plan_text(samples.plan(samples.IDLE, samples.TWINS))
    assert "No changes" not in text
    assert "Plan: 0 to add, 0 to change." in text
    assert "incomplete and cannot be applied: 1 of 2 tenants failed" in text


def test_unmanaged_rows_are_listed_only_when_asked_for() -> None:
    assert "Old fax" not in plan_text(samples.FULL)
    assert '67  "Old fax"  FORWARD' in plan_text(samples.FULL, verbose=1)


def test_a_tenant_of_which_everything_changes_says_so_in_words() -> None:
    assert "all 5 destinations change (5 to add, 0 to change)" in plan_text(samples.plan(samples.NEW))
    few = TenantPlan("FEW", samples.NEW.changes[:4])
    assert "every one" not in plan_text(samples.plan(few))
    rest = TenantPlan("REST", samples.NEW.changes, unchanged=1)
    assert "every one" not in plan_text(samples.plan(rest))


def test_tenants_that_fail_alike_are_one_line_with_a_count() -> None:
    text = plan_text(samples.BROKEN)
    assert text.count("did not answer") == 1
    assert "12 tenants failed" in text
    assert "T08 and 4 more" in text
    assert "T12" in plan_text(samples.BROKEN, verbose=1)


@pytest.mark.parametrize("status", [Status.FAILED, Status.UNKNOWN, Status.NOT_SENT])
def test_a_report_with_anything_open_never_says_complete(status: Status) -> None:
    outcomes = samples.BAD_REPORT.outcomes
    report = Report(tuple(outcome for outcome in outcomes if outcome.status in {Status.DONE, status}))
    text = report_text(report)
    assert f"Apply failed: 0 added, 1 changed, 1 {status}." in text
    assert "complete" not in text


def test_an_interrupted_report_says_what_is_left() -> None:
    text = report_text(samples.BAD_REPORT)
    assert "Apply interrupted" in text
    assert "3 changes of the plan left" in text
    assert [outcome.change.name for outcome in samples.BAD_REPORT.outcomes if outcome.change.action is Action.ADD] == [
        "Night duty",
        "Desk 1",
    ]
    assert '"Desk 1"' in text


def test_colour_is_there_only_when_it_is_asked_for() -> None:
    assert "\x1b[32m+ " in plan_text(samples.FULL, colour=True)
    assert "\x1b[33m~ " in plan_text(samples.FULL, colour=True)
    assert "\x1b" not in plan_text(samples.FULL)
    assert "\x1b[31m" in report_text(samples.BAD_REPORT, colour=True)
    assert "\x1b" not in report_text(samples.BAD_REPORT)


def test_many_changes_that_were_not_sent_for_one_reason_stand_under_it_once() -> None:
    changes = [Add("DEMO", f"Phone {number}", "a.yaml:1", ()) for number in range(5)]
    report = Report(tuple(Outcome(change, Status.NOT_SENT, None, "the key was revoked") for change in changes))
    shown = report_text(report)
    assert shown.count("the key was revoked") == 1
    assert all(f'"Phone {number}"' in shown for number in range(5))


def test_a_type_that_the_pbx_does_not_tell_is_shown_as_such() -> None:
    row = TypeDiff(None, Type("1", "FORWARD"))
    change = replace(samples.rename("DEMO"), diff=(row,))
    assert 'type  (not told) -> "FORWARD"' in plan_text(samples.plan(TenantPlan("DEMO", (change,))))


def test_a_long_field_takes_two_lines_on_a_terminal_and_one_in_a_log() -> None:
    long = 'prompt   "Answer every call and ask for the customer number"'
    assert f"{long}\n" in plan_text(samples.FULL, width=80)
    assert f'{long} -> "Answer' in plan_text(samples.FULL, width=0)


def test_what_went_well_but_not_quite_as_expected_is_told_without_being_asked() -> None:
    odd = Outcome(samples.add("DEMO", "Night duty"), Status.DONE, "302", "it is stored under another name: pin id 302")
    text = report_text(Report((odd,)))
    assert "pin id 302" in text
    assert "Apply complete: 1 added, 0 changed." in text
