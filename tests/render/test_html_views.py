"""The page shows a plan by tenant and by change: what differs is on the first screen, and one search is over both."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pbxsync.model.plan import Plan, SecretDiff, TenantPlan, TextDiff, Update
from pbxsync.render import Options, render
from pbxsync.render.html.page import plan_html
from tests.render import samples
from tests.render.pages import count, needs_chromium, show
from tests.render.planted import NAMES, PLANTED, TENANTS, TIMEOUT, update
from tests.support.waiting import until

if TYPE_CHECKING:
    from tests.render.chromium import Browser

GOLDEN = Path(__file__).parent / "golden" / "planted"

#: The texts of the page that end above its 900th pixel, as they are read.
FIRST_SCREEN = """(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    let text = "";
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        if (node.parentElement.checkVisibility() && box.height && box.bottom <= 900) text += node.data;
    }
    return text;
})()"""


def timeouts(total: int) -> Plan:
    """Return a plan of equal changes and, in the middle, of an odd one."""
    changes = [update(tenant, name, TIMEOUT) for tenant in TENANTS for name in NAMES][:total]
    odd = changes[total // 2]
    changes[total // 2] = replace(odd, diff=(replace(TIMEOUT, after="250"),))
    codes = dict.fromkeys(change.tenant for change in changes)
    return samples.plan(*(TenantPlan(code, tuple(x for x in changes if x.tenant == code)) for code in codes))


def prompt(before: str, after: str) -> Plan:
    diff = (TextDiff("param1", before, after, "prompt"),)
    return samples.plan(TenantPlan("DEMO", (Update("DEMO", "9", "Robot", "tenants/demo.yaml:9", diff, live="x"),)))


class Text(HTMLParser):
    """The texts of the view by change that are not folded, one line for each element that is a block."""

    BLOCKS = frozenset({"section", "h2", "h3", "dl", "dt", "summary", "ul", "li", "p", "details"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines = [""]
        self._folded = False
        self.feed(page[page.index('<section id="changes">') : page.index('<section id="tenants">')])
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.BLOCKS and self.lines[-1]:
            self.lines.append("")
        if tag == "mark":
            self.lines[-1] += "["
        elif tag == "dd":
            self.lines[-1] += "  "
        self._folded |= dict(attrs).get("class") == "all"

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self.lines[-1] += "]"
        self._folded &= tag != "details"

    def handle_data(self, data: str) -> None:
        if not self._folded:
            self.lines[-1] += data.replace("\n", "")


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_among_the_first_lines_of_the_view_by_change(name: str) -> None:
    page = plan_html(PLANTED[name].plan)
    first = "".join(f"{line.rstrip()}\n" for line in Text(page).lines[:20])
    path = GOLDEN / f"{name}.html.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(first, encoding="utf-8")
    assert first == path.read_text(encoding="utf-8")
    bare = re.sub(r"\[(.*?)\]", r"\1", first)
    assert [sign for sign in PLANTED[name].signs if sign not in bare] == []


@needs_chromium
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_on_the_first_screen(browser: Browser, tmp_path: Path, name: str) -> None:
    page = show(browser, tmp_path, PLANTED[name].plan, "auto", width=1280)
    first = page.run(FIRST_SCREEN)
    assert [sign for sign in PLANTED[name].signs if sign not in first] == []
    assert page.troubles() == []


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
def test_the_odd_one_of_764_changes_is_on_the_first_screen(browser: Browser, tmp_path: Path, width: int) -> None:
    page = show(browser, tmp_path, timeouts(764), "auto", width=width)
    first = page.run(FIRST_SCREEN)
    assert 'KUNDE30 "Hotline" id 3005, tenants/kunde30.yaml:34timeout"30" → "250"' in first
    assert "763 changes in 59 tenants" in first
    assert page.run("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    ("plan", "view", "first"),
    [
        (samples.FULL, "auto", "tenants"),
        (timeouts(764), "auto", "changes"),
        (samples.FULL, "changes", "changes"),
        (timeouts(764), "tenants", "tenants"),
    ],
)
def test_the_page_begins_with_the_view_that_was_asked_for(plan: Plan, view: str, first: str) -> None:
    page = render(plan, "html", Options(view=view))
    assert re.findall('name="view" value="([a-z]+)" checked', page) == [first]


@needs_chromium
@pytest.mark.parametrize("scripts", [True, False])
def test_one_view_is_seen_at_a_time_with_and_without_scripts(
    browser: Browser, tmp_path: Path, *, scripts: bool
) -> None:
    page = show(browser, tmp_path, samples.FULL, "auto", scripts=scripts)
    assert (len(page.visible("article")), page.visible(".group h3")) == (8, [])
    page.click("[value=changes]")
    assert page.visible("article") == []
    assert page.visible(".group h3") == [
        '~ change DEMO "Boss private phone" id 286, tenants/demo.yaml:12',
        '+ add DEMO "Night duty" tenants/demo.yaml:7',
        *(f'+ add NEW "Desk {number}" tenants/new.yaml:{number}' for number in range(1, 6)),
        '~ change ODD "::error::Robot\\u200b" id 301, tenants/odd.yaml:3',
    ]
    assert page.visible("#narrow") == ([] if not scripts else page.visible("#narrow")[:1])
    page.click("[value=tenants]")
    assert len(page.visible("article")) == 8


@needs_chromium
def test_one_search_narrows_both_views(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, timeouts(764), "auto")
    assert page.visible(".members li") == []
    page.type("#search", "kunde07 fax")
    assert count(page) == "1 of 764 changes in 1 tenant"
    assert page.visible(".group h3") == ["~ 763 changes in 59 tenants 1 of them found"]
    assert page.visible(".members li a") == ["KUNDE07", "Fax"]
    page.click("[value=tenants]")
    assert page.visible("h2") == ["KUNDE07"]
    assert page.visible("h3 b") == ['"Fax"']
    page.type("#search", '"250"')
    assert page.visible("h3 b") == ['"Hotline"']
    page.click("[value=changes]")
    assert page.visible(".group h3 b") == ['"Hotline"']
    page.type("#search", "no such word")
    assert page.visible(".group") == []
    page.type("#search", "")
    assert len(page.visible(".group")) == 2
    assert page.visible(".members li") == []
    page.type("#tenant", "t7")
    assert page.visible(".members li a") == ["KUNDE07", *NAMES]
    assert count(page) == "13 of 764 changes in 1 tenant"


@needs_chromium
def test_a_destination_of_a_group_leads_to_its_change_and_back(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, timeouts(764), "auto")
    page.click("#open")
    page.run("scrollTo(0, 500)")
    page.run("[...document.querySelectorAll('.members a')].find((link) => link.hash === '#c700').click()")
    page.settle()
    assert page.run("document.activeElement.id") == "c700"
    assert page.run("document.activeElement.getBoundingClientRect().top") < 300
    assert page.run("document.activeElement.textContent.trim()").startswith("~change")
    page.click("[value=changes]")
    assert page.run("scrollY") == 500
    page.click(".group h3 a")
    assert page.run("document.activeElement.closest('details').querySelector('h2').textContent") == "KUNDE30"
    assert page.troubles() == []


@needs_chromium
def test_arrow_keys_change_the_view_and_members_are_reached_by_tab(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, timeouts(764), "auto")
    page.run("document.querySelector('[value=changes]').focus()")
    page.key("ArrowLeft", "ArrowLeft", 37)
    assert (len(page.visible("details.tenant")), page.visible(".group")) == (59, [])
    page.key("ArrowRight", "ArrowRight", 39)
    assert page.run("document.activeElement.value") == "changes"
    page.run("document.querySelector('details.members summary').focus()")
    page.key(" ", "Space")
    page.key("Tab", "Tab", 9)
    assert page.run("document.activeElement.textContent") == "KUNDE59"


def test_what_differs_is_marked_and_a_text_of_several_lines_is_a_line_diff() -> None:
    lines = [f"line {number}" for number in range(60)]
    page = plan_html(prompt("\n".join(lines), "\n".join([*lines[:30], "line <b>", *lines[31:]])))
    block = re.findall('<div class="lines">(.*?)</div>', page)
    assert block[0] == (
        "<i>28 equal lines</i><span>  line 28</span><span>  line 29</span><del>- line <mark>30</mark></del>"
        "<ins>+ line <mark>&lt;b&gt;</mark></ins><span>  line 31</span><span>  line 32</span><i>27 equal lines</i>"
    )
    assert block[1].count("<span>") == 59
    assert "<i>" not in block[1]
    assert "<summary>Whole: 60 lines -&gt; 60 lines</summary>" in page
    assert "<del>&quot;+45209904<mark>0</mark>1&quot;</del> → <ins>&quot;+45209904<mark>1</mark>1&quot;</ins>" in (
        plan_html(prompt("+4520990401", "+4520990411"))
    )


def test_a_long_line_is_whole_one_click_away() -> None:
    before = "x" * 100 + " one " + "y" * 100
    shortened, whole = re.findall('<div class="lines">(.*?)</div>', plan_html(prompt(before, f"{before} two")))[:2]
    assert "<i>…(145)…</i>" in shortened
    assert before not in shortened
    assert before in whole
    assert "<i>" not in whole


def test_secrets_are_never_one_group_and_never_marked() -> None:
    changes = [
        Update("A", str(number), "Robot", "a.yaml:1", (SecretDiff("param1", "hmac:1", "key"),), live="x")
        for number in range(2)
    ]
    page = plan_html(samples.plan(TenantPlan("A", tuple(changes))))
    assert page.count('<section class="group change">') == 2
    assert "<mark>" not in page


@needs_chromium
def test_notes_on_tenants_are_shown_in_both_views(browser: Browser, tmp_path: Path) -> None:
    few = samples.plan(samples.DEMO, samples.ODD)
    page = show(browser, tmp_path, few, "changes")
    assert page.visible(".notes li") == ['the names "a" and "A" differ only in case: ODD']
    assert page.run("document.querySelector('.notes + .group') !== null")
    tenants = tuple(replace(samples.ODD, tenant=f"T{number}", changes=()) for number in range(4))
    page = show(browser, tmp_path, samples.plan(samples.DEMO, *tenants), "changes")
    assert page.visible(".notes li") == ['the names "a" and "A" differ only in case: T0, T1, T2, T3']
    assert page.visible(".noted") == ["Notes on 4 tenants are below the changes"]
    page.click("[value=tenants]")
    assert page.visible(".notes") == []
    assert len(page.visible("details.tenant > ul li")) == 4


@needs_chromium
@pytest.mark.parametrize("alike", [5000, 2, 1])
def test_ten_thousand_changes_are_loaded_and_drawn_in_two_seconds(browser: Browser, tmp_path: Path, alike: int) -> None:
    def update(number: int) -> Update:
        code = f"T{number // 50:03}"
        diff = (replace(TIMEOUT, after=str(number // alike)), TextDiff("param1", "+4520990401", "+4520990411"))
        return Update(code, str(number), f"Desk {number}", f"tenants/{code}.yaml:4", diff, live="x", type="FORWARD")

    tenants = [TenantPlan(f"T{at:03}", tuple(map(update, range(50 * at, 50 * at + 50)))) for at in range(200)]
    page = show(browser, tmp_path, samples.plan(*tenants), "auto", width=1280)
    assert page.cpu_seconds < 2
    assert len(page.visible("details.tenant" if alike == 1 else ".group")) == (200 if alike == 1 else 10_000 // alike)


@needs_chromium
def test_paper_shows_every_destination_and_no_controls(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, timeouts(764), "auto")
    page.run(
        "addEventListener('beforeprint', () => { window.seen = [...document.querySelectorAll('.members a + a')]"
        ".filter((link) => link.checkVisibility()).length; })"
    )
    assert page.pdf().startswith(b"%PDF")
    assert page.run("window.seen") == 763
    assert page.visible(".members li") == []
    page.call("Emulation.setEmulatedMedia", media="print")
    assert page.visible("form, button, footer, .members summary") == []
    page = show(browser, tmp_path, timeouts(764), "tenants")
    page.run(
        "addEventListener('beforeprint', () => { window.seen = [...document.querySelectorAll('article')]"
        ".filter((node) => node.checkVisibility()).length; })"
    )
    page.pdf()
    assert page.run("window.seen") == 764


@needs_chromium
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_marks_have_enough_contrast(browser: Browser, tmp_path: Path, theme: str) -> None:
    page = show(browser, tmp_path, samples.FULL, "changes")
    page.run(f"document.documentElement.dataset.theme = '{theme}'")
    page.settle()
    colours = page.run(
        """[...document.querySelectorAll('mark, del, ins, dt, h3, small, .facts')].map((node) => {
            let under = node;
            while (/, 0\\)$/.test(getComputedStyle(under).backgroundColor)) under = under.parentElement;
            return [getComputedStyle(node).color, getComputedStyle(under).backgroundColor];
        })"""
    )

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for pair in {tuple(pair) for pair in colours}:
        dark, light = sorted(map(luminance, pair))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, pair


def test_a_plan_of_the_emulator_says_so() -> None:
    plan = samples.plan(samples.DEMO)
    assert "EMULATED" not in plan_html(plan)
    assert "<b>EMULATED</b> PBX emulator:pbx.db<br>" in plan_html(replace(plan, url="emulator:pbx.db"))


@needs_chromium
def test_a_reader_of_the_screen_hears_headings_marks_and_folds(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, timeouts(764), "auto")

    def heard() -> set[tuple[str, str]]:
        nodes = page.call("Accessibility.getFullAXTree")["nodes"]
        return {
            (node["role"]["value"], node.get("name", {}).get("value", "").strip())
            for node in nodes
            if not node["ignored"]
        }

    until(lambda: ("heading", "763 changes in 59 tenants") in heard())  # Chromium fills in this tree by and by
    assert {("heading", "By change, the rarest first"), ("radio", "by change")} <= heard()
    assert {"mark", "deletion", "insertion"} <= {role for role, _ in heard()}
