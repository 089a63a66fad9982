"""The comment on a pull request fits, counts right, folds, and cannot be broken out of.

An independent Markdown parser says what GitHub and GitLab would make of it: text from elsewhere may come out only inside
`<pre>` and `<code>`, where neither makes mentions, references, links or HTML of it.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pbxsync.model.plan import Action, Plan, Scope, Since, TenantPlan, TextDiff
from pbxsync.render.markdown import blocks
from pbxsync.render.markdown.comment import plan_markdown
from tests.render import samples
from tests.render.harmless import assert_harmless
from tests.render.strategies import HOSTILE, plans
from tests.render.test_text import check

BOUNDED = settings(max_examples=80, deadline=None)

#: All that may stand outside of code, besides counts.
OURS = re.compile(
    r"pbxsync plan|Plan: [\d,]+ to add, [\d,]+ to change\."
    r"|No changes\. The PBX (matches the files|has all that this git change asks for)\."
    r"|[\d,]+ unchanged, [\d,]+ unmanaged \(live, in no file: left alone\)\."
    r"|PBX|, planned"
    r"|This plan is incomplete and cannot be applied: [\d,]+ of [\d,]+ tenants? failed\.|[\d,]+ more tenants? failed\."
    r"|: ([\d,]+ to add|[\d,]+ to change|no changes)(, [\d,]+ to change)?(, [\d,]+ warnings?)?(, not shown)?"
    r"|Not shown: [\d,]+ changes? \([^)]*\)\."
    r"|[\d,]+ changes? not shown \([^)]*\)(; [\d,]+ tenants? not shown at all)?: size limit of a comment\."
    r"|shows the whole saved plan\."
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
            self.code[-1] += data
        elif "code" not in self.open and data.strip():
            self.outside.append(data.strip())


def assert_inert(markdown: str) -> Page:
    page = Page(markdown)
    assert not page.open
    assert page.tags <= {"h3", "p", "strong", "div", "sub", "code", "details", "summary", "pre"}
    assert page.attributes <= {"open=None", "class=language-diff", "class=language-text"}
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
@given(plans(), st.integers(0, 1), st.sampled_from(HOSTILE), st.integers(2000, 6000))
def test_hostile_text_is_inert_and_it_fits(plan: Plan, verbose: int, marker: str, limit: int) -> None:
    text = plan_markdown(plan, verbose=verbose, marker=marker, limit=limit)
    assert_harmless(text)
    assert_inert(text)
    assert len(text.encode("utf-16-le")) // 2 <= limit


@BOUNDED
@given(plans(), st.integers(2000, 4000))
def test_what_is_shown_and_what_is_left_out_add_up_to_the_plan(plan: Plan, limit: int) -> None:
    page = assert_inert(plan_markdown(plan, limit=limit))
    counts = plan.summary
    first = page.outside[1]
    if counts.changes or counts.failed:
        assert first == f"Plan: {counts.add:,} to add, {counts.update:,} to change."
    adds, updates = (sum(block.startswith(f"@@ {action} ") for block in page.code) for action in Action)
    left = " ".join(text for text in page.outside if text.endswith(": size limit of a comment."))
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
    assert "size limit of a comment" in plan_markdown(big(500, 5))


def test_the_largest_tenant_is_shortened_last() -> None:
    text = plan_markdown(big(60, 12))
    assert text.count("@@ add") > 120
    assert "<summary><code>T00000</code>: 120 to add</summary>" in text
    assert text.index('"D119"') < text.index("T00001")
    assert "<div><code>T00059</code>: 12 to add, not shown</div>" in text


def test_one_huge_value_is_cut_only_where_it_does_not_fit() -> None:
    def with_prompt(length: int) -> Plan:
        change = samples.odd("ODD")
        row = TextDiff("param1", "old", "x" * length, "prompt")
        return samples.plan(replace(samples.ODD, changes=(replace(change, diff=(row,)),)))

    assert "x" * 20_000 in plan_markdown(with_prompt(20_000))
    text = plan_markdown(with_prompt(100_000))
    assert "more characters)" in text
    assert "not shown" not in text.lower()


def test_the_marker_is_the_first_line_and_can_tell_comments_apart() -> None:
    assert plan_markdown(samples.FULL).startswith("<!-- pbxsync-plan -->\n")
    assert plan_markdown(samples.FULL, marker="shard 1/2 --> x").startswith("<!-- pbxsync-plan shard-1-2-x -->\n")


def test_few_changes_are_open_and_many_are_folded() -> None:
    assert "<details open>" in plan_markdown(samples.FULL)
    assert "<details open>" not in plan_markdown(big(20, 5))


def test_a_run_of_backticks_cannot_close_its_block() -> None:
    hostile = "`" * 9
    page = assert_inert(plan_markdown(samples.plan(TenantPlan("A", (samples.add("A", hostile, f"\n{hostile}\n# x"),)))))
    assert hostile in page.code[0]
    assert plan_markdown(samples.plan(TenantPlan("A", (samples.add("A", hostile),)))).count("`" * 10) == 2


def test_two_long_values_that_differ_late_do_not_print_the_same() -> None:
    change = samples.odd("ODD")
    long = "x" * 500
    rows = (TextDiff("param1", f"{long}1{long}", f"{long}2{long}", "prompt"),)
    short = blocks.short_change(replace(change, diff=rows))
    (before,) = re.findall(r"^- prompt  (.*)$", short, re.MULTILINE)
    (after,) = re.findall(r"^\+ prompt  (.*)$", short, re.MULTILINE)
    assert before == f"(461 characters) …{'x' * 40}1{'x' * 119}… (382 more characters)"
    assert after == before.replace("1x", "2x")


def test_what_a_plan_says_of_its_scope_is_inert() -> None:
    image = "![x](https://evil.example/i.png) @octocat <b>"
    scope = Scope(tenants=(image,), since=Since(image, "1a2b3c4d5e6f", left=(image,)))
    text = plan_markdown(replace(samples.FULL, scope=scope, overridden_url=image))
    page = assert_inert(text)
    assert sum(block.count("@octocat") for block in page.code) == text.count("@octocat") == 4
