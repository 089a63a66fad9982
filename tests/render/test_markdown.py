"""The comment on a pull request fits, counts right, folds, and cannot be broken out of.

An independent Markdown parser says what GitHub and GitLab would make of it: text from elsewhere may come out only inside
`<pre>` and `<code>`, where neither makes mentions, references, links or HTML of it.
"""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pbxsync.model.plan import Plan, Scope, Since, TenantPlan, TextDiff, Update
from pbxsync.render.groups import VIEWS
from pbxsync.render.markdown import detail
from pbxsync.render.markdown.comment import plan_markdown
from pbxsync.render.markdown.lines import WIDTH
from tests.render import samples
from tests.render.harmless import assert_harmless
from tests.render.strategies import HOSTILE, plans
from tests.render.test_text import check

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxsync.model.plan import Change

BOUNDED = settings(max_examples=80, deadline=None)

#: All that may stand outside of code, besides counts.
OURS = re.compile(
    r"pbxsync plan|EMULATED|PBX|, planned|, whole plan: (artifact)?|By tenant"
    r"|[\d,]+ changes? in [\d,]+ groups? of equal ones, the rarest first|All [\d,]+ names?"
    r"|[\d,]+ more groups? of [\d,]+ changes? or more: [\d,]+ to (add|change)(, [\d,]+ to change)?\."
    r"|Plan: [\d,]+ to add, [\d,]+ to change\."
    r"|No changes\. The PBX (matches the files|has all that this git change asks for)\."
    r"|[\d,]+ unchanged, [\d,]+ unmanaged \(live, in no file: left alone\)\."
    r"|This plan is incomplete and cannot be applied: [\d,]+ of [\d,]+ tenants? failed\.|[\d,]+ more tenants? failed\."
    r"|: ([\d,]+ to add|[\d,]+ to change|no changes)(, [\d,]+ to change)?(, [\d,]+ warnings?)?"
    r"|[\d,]+ (more )?tenants?( without room for their changes)?"
    r"|Not shown: [\d,]+ changes? \([^)]*\)\."
    r"|[\d,]+ changes? not shown by tenant \([^)]*\)"
    r"(: size limit of a comment\.|; [\d,]+ tenants? not shown at all, by their codes from)"
    r"|to|: size limit of a comment\.|shows the whole saved plan\.|The whole plan: (artifact)?|artifact|\."
)


class Page(HTMLParser):
    """What a browser would make of the comment: text outside of code, tags, and blocks of code."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.outside: list[str] = []
        self.code: list[str] = []
        self.comments: list[str] = []
        self.feed(MarkdownIt("gfm-like", {"html": True}).render(markdown))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {f"{name}={value}" for name, value in attrs}
        self.open.append(tag)
        if tag == "pre":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if "pre" in self.open:
            self.code[-1] += data if self.code[-1] else data.removeprefix("\n")
        elif "code" not in self.open and data.strip():
            self.outside.append(data.strip())


def assert_inert(markdown: str) -> Page:
    page = Page(markdown)
    assert not page.open
    assert page.tags <= {"h3", "h4", "p", "strong", "div", "code", "details", "summary", "pre", "mark", "b"}
    assert page.attributes <= {"open=None"}
    # A line that begins otherwise could be a quick action.
    assert {line[:1] for block in page.code for line in block.split("\n")} <= set("+~!* ↳") | {""}
    assert len(page.comments) == markdown.count("<!--") == 1
    assert [text for text in page.outside if not OURS.fullmatch(text)] == []
    return page


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plan.md", plan_markdown(samples.FULL)),
        ("plan-verbose.md", plan_markdown(samples.FULL, verbose=1, marker="prod / eu")),
        ("plan-incomplete.md", plan_markdown(samples.BROKEN)),
    ],
)
def test_output_is_as_it_was_reviewed(name: str, text: str) -> None:
    check(name, text)
    assert_inert(text)


@BOUNDED
@given(plans(), st.integers(0, 1), st.sampled_from(VIEWS), st.sampled_from(HOSTILE), st.integers(2000, 6000))
def test_hostile_text_is_inert_and_it_fits(plan: Plan, verbose: int, view: str, hostile: str, limit: int) -> None:
    artifact = "" if "://" in hostile else hostile
    text = plan_markdown(plan, verbose=verbose, view_by=view, marker=hostile, artifact=artifact, limit=limit)
    assert_harmless(text)
    assert_inert(text)
    assert len(text.encode("utf-16-le")) // 2 <= limit


@BOUNDED
@given(plans(), st.sampled_from(VIEWS), st.integers(2000, 4000))
def test_what_is_shown_and_what_is_left_out_add_up_to_the_plan(plan: Plan, view: str, limit: int) -> None:
    page = assert_inert(plan_markdown(plan, view_by=view, limit=limit))
    counts = plan.summary
    if counts.changes or counts.failed:
        assert f"Plan: {counts.add:,} to add, {counts.update:,} to change." in page.outside[2:5]
    lines = [line for block in page.code for line in block.split("\n")]
    adds, updates = (sum(line.startswith(f'{sign} "') for line in lines) for sign in "+~")
    left = " ".join(text for text in page.outside if "not shown by tenant" in text)
    added, changed = (
        int(found[1].replace(",", "")) if (found := re.search(rf"([\d,]+) to {word}", left)) else 0
        for word in ("add", "change")
    )
    assert (adds + added, updates + changed) == (counts.add, counts.update)


def big(tenants: int, each: int) -> Plan:
    """Tenants with `each` changes, but for the first that has ten times as many."""
    return samples.plan(
        *(
            TenantPlan(f"T{t:05}", tuple(samples.add(f"T{t}", f"D{n}") for n in range(each * (1 if t else 10))))
            for t in range(tenants)
        )
    )


def test_a_plan_of_any_size_fits_and_takes_little_time() -> None:
    plan = big(1000, 99)
    start = time.process_time()
    text = plan_markdown(plan)
    assert time.process_time() - start < 5
    assert 50_000 < len(text) <= 65_000
    assert "**Plan: 99,891 to add, 0 to change.**" in text
    assert_inert(text)


def test_room_that_is_there_is_used() -> None:
    assert "not shown" not in plan_markdown(big(50, 5)).lower()
    text = plan_markdown(big(500, 5), view_by="tenants")
    assert "size limit of a comment" in text
    assert len(text) > 60_000


def distinct(tenants: int, each: int) -> Plan:
    """Tenants whose changes are all different."""
    return samples.plan(
        *(
            TenantPlan(f"T{t:05}", tuple(samples.add(f"T{t:05}", f"D{n}", f"{t:05}{n:03}") for n in range(each)))
            for t in range(tenants)
        )
    )


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("make", "tenants", "each"), [(big, 1000, 9), (distinct, 2000, 5), (distinct, 9000, 2)])
def test_every_tenant_is_named_or_the_comment_says_which_are_not(
    make: Callable[[int, int], Plan], tenants: int, each: int, view: str
) -> None:
    plan = make(tenants, each)
    text = plan_markdown(plan, view_by=view)
    assert len(text) <= 65_000
    assert_inert(text)
    named = set(re.findall(r"\bT\d{5}\b", text))
    missing = re.search(r"([\d,]+) tenants not shown at all, .* from <code>(T\d+)</code> to <code>(T\d+)<", text)
    codes = [tenant.tenant for tenant in plan.tenants]
    assert (missing is not None) == (tenants == 9000)
    if missing is None:
        assert named == set(codes)
    else:
        lost = [code for code in codes if missing[2] <= code <= missing[3]]
        assert named | set(lost) == set(codes)
        assert int(missing[1].replace(",", "")) <= len(lost)


def odd_one_out(number: int) -> Plan:
    """Return a plan of so many equal changes, and one other, near its end."""

    def change(at: int) -> Change:
        tenant, name = f"T{at // 7:05}", f"Desk {at % 7}"
        after = "+4570123465" if at == number - 10 else "+4570123456"
        diff = (TextDiff("param1", "+4570111111", after, "number"),)
        return Update(tenant, str(at + 1), name, f"tenants/{tenant}.yaml:{at % 7}", diff, live="sha256:ab")

    tenants = [
        TenantPlan(f"T{first // 7:05}", tuple(change(at) for at in range(first, min(first + 7, number))), unchanged=9)
        for first in range(0, number, 7)
    ]
    return samples.plan(*tenants)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("number", [764, 10_000])
def test_the_common_changes_are_left_out_first(number: int, view: str) -> None:
    page = assert_inert(plan_markdown(odd_one_out(number), view_by=view))
    assert any("not shown by tenant" in text for text in page.outside)
    (detail_of_odd,) = (block for block in page.code if '~ "Desk' in block and "+4570123465" in block)
    assert f"(id {number - 9})" in detail_of_odd
    if view != "tenants":
        warned, overview = page.code[:2]
        assert f"! {number:,} of " in warned
        assert "~ 1 change in T" in overview.split("\n")[0]
        assert f"~ {number - 1:,} changes in " in overview


def test_every_group_is_in_the_comment_of_ten_thousand_changes() -> None:
    tenants = []
    for number in range(1000):
        diff = (TextDiff("param3", "30", str(number % 150), "timeout"),)
        changes = tuple(replace(samples.rename(f"T{number:05}", str(at + 10 * number)), diff=diff) for at in range(10))
        tenants.append(TenantPlan(f"T{number:05}", changes))
    text = plan_markdown(samples.plan(*tenants))
    page = assert_inert(text)
    overview = "\n".join(page.code)
    groups = [number for number in range(150) if number != 30]
    assert all(f'"30" -> "{number}"\n' in overview for number in groups)
    assert "10,000 changes in 150 groups of equal ones, the rarest first" in page.outside
    assert set(re.findall(r"\bT\d{5}\b", text)) == {tenant.tenant for tenant in tenants}


def test_groups_without_room_are_the_most_common_ones_and_are_counted() -> None:
    text = plan_markdown(distinct(2000, 5), view_by="changes")
    found = re.search(r"([\d,]+) more groups of (\d+) change or more: ([\d,]+) to add\.", text)
    assert found is not None
    more, least, adds = found.groups()
    shown = text.count("+ <b>1 add in ")
    assert (least, more) == ("1", adds)
    assert shown + int(more.replace(",", "")) == 10_000
    assert shown > 100


def test_one_huge_value_is_cut_only_where_it_does_not_fit() -> None:
    def with_prompt(length: int) -> Plan:
        change = samples.odd("ODD")
        row = TextDiff("param1", "old", "x" * length, "prompt")
        return samples.plan(replace(samples.ODD, changes=(replace(change, diff=(row,)), samples.add("ODD", "Fax"))))

    whole = plan_markdown(with_prompt(20_000))
    assert "x" * 20_000 in re.sub(r"</?mark>|\n +↳ ", "", whole)
    text = plan_markdown(with_prompt(100_000))
    assert "more characters …" in text
    assert "100,000 characters" in text
    assert "not shown" not in text.lower()
    assert '"Fax"' in text


def test_the_marker_is_the_first_line_and_can_tell_comments_apart() -> None:
    assert plan_markdown(samples.FULL).startswith("<!-- pbxsync-plan -->\n")
    assert plan_markdown(samples.FULL, marker="shard 1/2 --> x").startswith("<!-- pbxsync-plan shard-1-2-x -->\n")


def test_details_are_open_while_they_are_short() -> None:
    assert "<details>" not in plan_markdown(samples.FULL)
    assert "<details>" not in plan_markdown(distinct(9, 4))  # 144 lines
    text = plan_markdown(distinct(20, 4))
    assert text.count("<details open>") == 9
    assert text.count("<details>") == 11
    # Below an overview of all changes, many details are all closed.
    assert "<details open>" not in plan_markdown(odd_one_out(100))
    assert "<details open>" in plan_markdown(odd_one_out(60))


def test_many_closed_tenants_are_in_one_fold() -> None:
    text = plan_markdown(distinct(40, 4))
    assert "<details><summary>31 more tenants</summary>" in text
    assert_inert(text)


def test_warnings_are_above_the_groups() -> None:
    plan = odd_one_out(100)
    last = replace(plan.tenants[-1], warnings=("Fax and fax differ only in case",))
    page = assert_inert(plan_markdown(replace(plan, tenants=(*plan.tenants[:-1], last))))
    assert page.code[0].split("\n")[-2] == f"! {last.tenant}: Fax and fax differ only in case"
    many = tuple(replace(tenant, warnings=("x", tenant.tenant)) for tenant in plan.tenants)
    page = assert_inert(plan_markdown(replace(plan, tenants=many)))
    notes = [line for line in page.code[0].split("\n") if line.startswith("! T")]
    assert notes[:2] == [
        "! T00000, T00001, T00002, T00003, T00004, T00005, T00006, T00007 and 7 more: x",
        "! T00000: T00000",
    ]
    assert page.code[0].split("\n")[-2] == "! and 8 more warnings"


def test_a_field_is_one_line_with_what_differs_marked() -> None:
    text = plan_markdown(odd_one_out(5))
    assert '\n    number  "+45701<mark>11111</mark>" -> "+45701<mark>23456</mark>"\n' in text


def test_a_value_of_several_lines_is_a_line_diff() -> None:
    old = "\n".join(f"Line {number}" for number in range(40))
    row = TextDiff("param1", old, old.replace("Line 20", "Line <20>"), "prompt")
    lines = detail.change(replace(samples.odd("ODD"), diff=(row,)))
    assert lines[1:] == [
        "    prompt  40 lines -> 40 lines",
        "      … 18 equal lines …",
        "      | Line 18",
        "      | Line 19",
        "      - Line 20",
        "      + Line <mark>&lt;</mark>20<mark>></mark>",
        "      | Line 21",
        "      | Line 22",
        "      … 17 equal lines …",
    ]


def test_wide_values_are_below_each_other_and_long_ones_are_wrapped() -> None:
    row = TextDiff("param1", "a" * 70, "a" * 69 + "b", "number")
    lines = detail.change(replace(samples.rename("DEMO"), diff=(row,)))
    assert lines[1:] == [f'    number  "{"a" * 69}<mark>a</mark>"', f'         -> "{"a" * 69}<mark>b</mark>"']
    added = samples.add("DEMO", "Fax", "Please hold the line. " * 10)
    lines = [html.unescape(line) for line in detail.change(added)]
    assert all(len(line) <= WIDTH for line in lines)
    assert [line[:27] for line in lines[2:5]] == [
        '    number   "Please hold t',
        "           ↳ line. Please h",
        "           ↳ the line. Plea",
    ]


def test_an_emulated_pbx_is_said_to_be_one() -> None:
    emulated = assert_inert(plan_markdown(replace(samples.FULL, url="emulator:/srv/pbx.sqlite")))
    assert emulated.outside[:3] == ["pbxsync plan", "EMULATED", "PBX"]
    assert "EMULATED" not in plan_markdown(samples.FULL)


def test_the_whole_plan_is_linked_or_named() -> None:
    url = 'https://ci.example/acme/pbx/runs/7/artifacts/9?a=1&b="><img%20src=x>'
    text = plan_markdown(odd_one_out(10_000), artifact=url)
    link = '<a href="https://ci.example/acme/pbx/runs/7/artifacts/9?a=1&amp;b=%22%3E%3Cimg%20src=x%3E">artifact</a>'
    assert text.split("\n")[3].endswith(f", whole plan: {link}</div>")
    assert text.split("\n")[-1].endswith(f" The whole plan: {link}.</div>")
    named = plan_markdown(samples.FULL, artifact="pbxsync-plan-7 <b>")
    assert ", whole plan: artifact <code>pbxsync-plan-7 &lt;b></code></div>" in named
    for artifact in ("javascript:alert(1)", "https://a.example/ b\n[x](y)"):
        text = plan_markdown(samples.FULL, artifact=artifact)
        assert "href" not in text
        assert_inert(text)


def test_hostile_text_cannot_close_its_block() -> None:
    hostile = "</pre></details>\n\n# x\n<!-- pbxsync-plan -->\n```\n/close"
    page = assert_inert(plan_markdown(samples.plan(TenantPlan("A", (samples.add("A", hostile, f"\n{hostile}\n# x"),)))))
    assert "</pre></details>\\n\\n# x" in page.code[0]


def test_two_long_values_that_differ_late_do_not_print_the_same() -> None:
    change = samples.odd("ODD")
    long = "x" * 500
    rows = (TextDiff("param1", f"{long}1{long}", f"{long}2{long}", "prompt"),)
    for lines in (detail.short_change(replace(change, diff=rows)), detail.change(replace(change, diff=rows))):
        text = "\n".join(lines[2:])
        before, after = text.split("\n      + ")
        assert before.startswith("      - …")
        assert "<mark>" in before
        assert before.replace("1", "2") == f"      - {after}"


def test_what_a_plan_says_of_its_scope_is_inert() -> None:
    image = "![x](https://evil.example/i.png) @octocat <b>"
    scope = Scope(tenants=(image,), since=Since(image, "1a2b3c4d5e6f", left=(image,)))
    text = plan_markdown(replace(samples.FULL, scope=scope, overridden_url=image))
    page = assert_inert(text)
    assert sum(block.count("@octocat") for block in page.code) == text.count("@octocat") == 4
