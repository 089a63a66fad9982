"""The result of an apply: the document says how each change ended, the comment fits and cannot be broken out of."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.model.plan import Action, GitState, Plan, TenantPlan
from pbxsync.model.report import Mismatch, Outcome, Report, Result, Status, Verification
from pbxsync.render.result.document import result_document, result_json
from pbxsync.render.result.markdown import result_markdown
from tests.render import samples
from tests.render.harmless import assert_harmless
from tests.render.strategies import HOSTILE, SECRET, changes, hostile, plans, reports
from tests.render.test_markdown import Page
from tests.render.test_text import check

BOUNDED = settings(max_examples=80, deadline=None)
_COUNT = r"[\d,]+ (adds?|updates?)( and [\d,]+ updates?)?"
#: All that may stand outside of code.
OURS = re.compile(
    r"pbxsync apply|(EMULATED )?PBX|, plan of|, commit|with uncommitted changes|, journal"
    r"|(with uncommitted changes)?, journal"
    r"|Apply (complete|failed|interrupted): [\d,]+ added, [\d,]+ changed(, [\d,]+ (failed|unknown|not sent))*\."
    r"( ([\d,]+) of them (was|were) done before this run\.)?"
    r"|([\d,]+ declined\.)? ?([\d,]+ changes? of the plan left: [a-z ,A-Z-]+\.)?"
    r"|Apply refused: nothing was written\.|[\d,]+ changes? not sent\.|Nothing to apply: the plan has no changes\."
    r"|Verified: the PBX matches the files of [\d,]+ tenants?\.|Not verified:"
    r"|the files could not be planned again\.|the PBX still differs from the files: [a-z0-9, ]+"
    r"(; [\d,]+ of [\d,]+ tenants? could not be planned again)?\."
    rf"|(On the PBX|Left to do|Declined): {_COUNT} in [\d,]+ tenants?|[\d,]+ changes in [\d,]+ tenants?"
    r"|[\d,]+ more changes? not shown: size limit of a comment\."
)


@st.composite
def results(draw: st.DrawFn) -> Result:
    plan = draw(plans())
    git = draw(st.none() | st.builds(GitState, commit=hostile, branch=st.none() | hostile, clean=st.booleans()))
    left = draw(st.none() | plans())
    return Result(
        plan=replace(plan, git=git),
        report=replace(
            draw(reports()),
            stopped=draw(st.none() | hostile),
            saved=draw(st.booleans()),
            declined=tuple(draw(st.lists(changes("A", 1), max_size=2))),
        ),
        refused=draw(st.none() | hostile),
        verified=draw(st.none() | st.just(Verification(2, left, draw(hostile)))),
    )


def assert_inert(text: str) -> Page:
    page = Page(text)
    assert page.tags <= {"h3", "p", "strong", "div", "sub", "code", "pre", "details", "summary"}
    assert page.attributes <= {"class=language-diff", "open=None"}
    assert len(page.comments) == 1
    for piece in page.outside:
        assert OURS.fullmatch(piece), piece
    return page


BAD = Result(replace(samples.FULL, git=GitState("0123456789abcdef" * 2, "main", clean=True)), samples.BAD_REPORT)
GOOD = Result(samples.DEMO_PLAN, samples.GOOD_REPORT, verified=Verification(1, replace(samples.DEMO_PLAN, tenants=())))
UNSENT = Report(tuple(Outcome(change, Status.NOT_SENT, change.id) for change in samples.DEMO_PLAN.changes))
REFUSED = Result(samples.DEMO_PLAN, UNSENT, refused="the plan is stale:\nDEMO 286: name")
PART = Result(
    samples.DEMO_PLAN,
    Report(
        (Outcome(samples.DEMO_PLAN.changes[0], Status.DONE, "286"),), before=1, declined=samples.DEMO_PLAN.changes[1:]
    ),
    verified=Verification(1, samples.DEMO_PLAN),
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("result-bad.md", result_markdown(BAD, marker="prod / eu")),
        ("result-good.md", result_markdown(GOOD)),
        ("result-refused.md", result_markdown(REFUSED)),
        ("result-part.md", result_markdown(PART)),
        ("result-bad.json", result_json(BAD)),
        ("result-part.json", result_json(PART)),
    ],
)
def test_output_is_as_it_was_reviewed(name: str, text: str) -> None:
    check(name, text)
    if name.endswith(".md"):
        assert_inert(text)


@BOUNDED
@given(results(), st.sampled_from(HOSTILE), st.integers(40_000, 65_000))
def test_hostile_text_is_inert_and_it_fits(result: Result, marker: str, limit: int) -> None:
    text = result_markdown(result, marker=marker, limit=limit)
    assert_harmless(text)
    assert_inert(text)
    assert len(text.encode("utf-16-le")) // 2 <= limit


@BOUNDED
@given(results())
def test_the_document_is_harmless_and_reads_back(result: Result) -> None:
    text = result_json(result)
    assert_harmless(text)
    assert SECRET not in text
    document = json.loads(text)
    assert document == json.loads(json.dumps(result_document(result)))
    summary = document["summary"]
    assert sum(summary[str(status).replace(" ", "_")] for status in Status) == len(result.report.outcomes)
    assert (summary["added"] + summary["updated"], summary["declined"]) == (
        sum(outcome.status.good for outcome in result.report.outcomes),
        len(result.report.declined),
    )


def outcome(number: int, status: Status, message: str = "", *, tenant: str = "DEMO") -> Outcome:
    return Outcome(samples.add(tenant, f"Desk {number}"), status, None, message)


def test_equal_failures_are_shown_once_and_the_odd_one_first() -> None:
    many = [outcome(number, Status.FAILED, "the server said no") for number in range(763)]
    report = Report((*many[:400], outcome(900, Status.FAILED, "the name is too long"), *many[400:]))
    page = assert_inert(result_markdown(Result(samples.DEMO_PLAN, report)))
    assert page.code[0] == "- failed: the name is too long\n# DEMO: Desk 900\n"
    assert page.code[1].startswith("- failed: 763 changes: the server said no\n# DEMO: Desk 0, Desk 1, ")
    assert page.code[1].endswith(" and 713 more\n")


def test_a_long_list_of_equal_failures_is_folded_below_their_reason() -> None:
    report = Report(tuple(outcome(n, Status.NOT_SENT, "the key was revoked", tenant=f"T{n % 60}") for n in range(76)))
    text = result_markdown(Result(samples.DEMO_PLAN, report))
    page = assert_inert(text)
    assert page.code[0] == "- not sent: 76 changes: the key was revoked\n"
    assert "<details><summary>76 changes in 60 tenants</summary>\n\n```diff\n# T0: Desk 0, Desk 60\n" in text


def test_what_is_on_the_pbx_with_a_reservation_says_so_after_the_failures() -> None:
    told = "added, but the tenant could not be listed"
    report = Report((replace(outcome(1, Status.DONE, told), id="9"), outcome(2, Status.FAILED, "no")))
    page = assert_inert(result_markdown(Result(samples.DEMO_PLAN, report)))
    assert page.code[1] == f"! done: {told}\n# DEMO: Desk 1 (id 9)\n"


def test_changes_that_were_not_sent_come_after_those_that_failed() -> None:
    report = Report((outcome(1, Status.NOT_SENT, "stopped"), *(outcome(n, Status.UNKNOWN, "?") for n in range(2, 5))))
    page = assert_inert(result_markdown(Result(samples.DEMO_PLAN, report)))
    assert [code.partition(":")[0] for code in page.code] == ["- unknown", "- not sent"]


@pytest.mark.parametrize("status", [Status.DONE, Status.FAILED])
def test_ten_thousand_changes_fit_and_all_are_counted(status: Status) -> None:
    report = Report(
        tuple(outcome(n, status, f"{n} " * (status is Status.FAILED), tenant=f"T{n % 700}") for n in range(10_000))
    )
    text = result_markdown(Result(samples.DEMO_PLAN, report))
    assert len(text) <= 65_000
    assert_inert(text)
    assert ("On the PBX: 10,000 adds in 700 tenants" in text) is (status is Status.DONE)
    shown = text.count("\n- failed: ")
    hidden = re.search(r"\*\*([\d,]+) more changes not shown: size limit of a comment\.\*\*", text)
    assert status is Status.DONE or (hidden and shown + int(hidden[1].replace(",", "")) == 10_000)


def test_two_long_values_that_differ_late_do_not_look_the_same() -> None:
    row = Mismatch("param1", "prompt", "x" * 3000 + "1", "x" * 3000 + "2")
    report = Report((replace(outcome(1, Status.FAILED, "stored wrong"), mismatches=(row,)),))
    (code,) = assert_inert(result_markdown(Result(samples.DEMO_PLAN, report))).code
    assert f'sent (2,951 characters) …{"x" * 50}1", stored (2,951 characters) …{"x" * 50}2"' in code


def test_the_hidden_first_line_tells_projects_and_plans_apart() -> None:
    assert result_markdown(GOOD).startswith("<!-- pbxsync-apply -->\n")
    assert result_markdown(GOOD, marker="sites/eu --> x").startswith("<!-- pbxsync-apply sites-eu-x -->\n")


def test_an_emulated_pbx_is_called_so() -> None:
    plan = replace(samples.DEMO_PLAN, url="emulator:/srv/pbx.db")
    assert "EMULATED PBX <code>emulator:/srv/pbx.db</code>" in result_markdown(Result(plan, samples.GOOD_REPORT))


def test_a_run_without_changes_says_so() -> None:
    plan = replace(samples.DEMO_PLAN, tenants=(TenantPlan("DEMO", unchanged=3),))
    result = Result(plan, Report(()))
    assert "**Nothing to apply: the plan has no changes.**" in result_markdown(result)
    document = result_document(result)
    assert (document["outcome"], document["tenants"], set(document["summary"].values())) == ("complete", [], {0})


@pytest.mark.parametrize(
    ("result", "ended"),
    [(GOOD, "complete"), (BAD, "interrupted"), (REFUSED, "refused"), (replace(BAD, report=UNSENT), "failed")],
)
def test_the_document_says_how_the_run_ended(result: Result, ended: str) -> None:
    assert result_document(result)["outcome"] == ended


def test_an_add_has_the_id_that_it_got() -> None:
    rows = {row["name"]: row["id"] for row in result_document(GOOD)["tenants"][0]["changes"]}
    assert rows == {"Boss private phone": "286", "Night duty": "302"}
    assert {change.action for change in samples.DEMO_PLAN.changes} == set(Action)


def test_a_plan_without_tenants_is_no_problem() -> None:
    empty = Plan("https://pbx.example/", "2031-05-04T09:30:00Z", "1.0", ())
    assert_inert(result_markdown(Result(empty, Report(()))))
