"""The page works in a real browser, asks nothing of any host, and no text of a plan becomes a part of it."""

from __future__ import annotations

import json
import re
import shlex
import time
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbxsync.model.plan import Plan, Scope, Since, TenantPlan, TextDiff, Unmanaged
from pbxsync.render.html.page import plan_html
from pbxsync.text.differences import is_inline
from tests.render import samples
from tests.render.harmless import assert_harmless
from tests.render.pages import count, fleet, needs_chromium, show
from tests.render.strategies import HOSTILE, SECRET, plans
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.render.chromium import Browser, Page

BOUNDED = settings(max_examples=60, deadline=None)

#: Every element that the page may hold, with its attributes.
VOCABULARY = {
    "html": {"lang"},
    "meta": {"charset", "http-equiv", "content", "name"},
    "link": {"rel", "href"},
    "details": {"class", "id", "open"},
    "p": {"class"},
    "div": {"class", "role", "id", "hidden"},
    "ol": {"class"},
    "a": {"href"},
    "svg": {"viewbox", "preserveaspectratio", "aria-hidden"},
    "rect": {"class", "x", "width", "height"},
    "form": {"id", "role", "hidden"},
    "input": {"type", "id", "autocomplete", "aria-keyshortcuts", "placeholder", "name", "value", "checked"},
    "section": {"id", "class"},
    "fieldset": {"class"},
    "h2": {"class"},
    "ul": {"class"},
    "small": {"class"},
    "select": {"id"},
    "option": {"value"},
    "legend": {"class"},
    "button": {"type", "id", "class", "hidden", "data-value"},
    "output": {"id", "aria-live"},
    "article": {"class", "id", "data-type"},
    "span": {"class", "aria-hidden"},
}
PLAIN = (
    "head title style body header h1 h3 br b i figure figcaption li label main summary code dl dt dd ins del mark footer"
    " kbd script"
)


class Elements(HTMLParser):
    """Refuses what the page does not bring itself; gathers the text of `ins`, `del` and `b`."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        allowed = set[str]() if tag in PLAIN.split() else VOCABULARY[tag]
        assert {name for name, _ in attrs} <= allowed
        for name, value in attrs:
            if name == "href":
                assert re.fullmatch(r"#[tc]\d+|#notes|data:,", value or "")
        self._open.append(tag)
        if tag in {"ins", "del", "b"}:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in {"ins", "del", "b", "mark"}:
            self.texts[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


@BOUNDED
@given(plans(), st.integers(0, 1))
def test_hostile_text_stays_text(plan: Plan, verbose: int) -> None:
    page = plan_html(plan, verbose=verbose)
    assert_harmless(page)
    shown = {json.loads(text) for text in Elements(page).texts if text.startswith('"') and text.endswith('"')}
    for change in plan.changes:
        assert change.name in shown
        for row in change.diff:
            if isinstance(row, TextDiff) and is_inline(row.before or "", row.after):
                assert {row.before, row.after} - {None} <= shown


def test_the_page_names_its_own_script_and_style_and_allows_nothing_else() -> None:
    page = plan_html(samples.FULL)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'; script-src 'sha256-")
    assert policy[1].endswith("require-trusted-types-for 'script'; trusted-types 'none'")
    assert "unsafe" not in policy[1]
    assert not re.search(r"(?:src|href|action)=(?![\"']?(?:#|data:,))", page)
    assert "url(" not in page
    assert "@import" not in page


def test_unmanaged_rows_are_there_only_when_asked_for() -> None:
    assert "Old fax" not in plan_html(samples.FULL)
    assert "Old fax" in plan_html(samples.FULL, verbose=1)


@pytest.mark.parametrize("code", ["DEMO", "a b", "it's", "x;rm -rf ~", "*", "[a]?", "$(id)", "-x", "&lt;"])
def test_the_command_of_a_tenant_is_one_shell_word_that_matches_it_alone(code: str) -> None:
    page = plan_html(samples.plan(TenantPlan(code, (samples.rename(code),))))
    shown = re.search('class="command"><code>(.*?)</code>', page)
    assert shown is not None
    words = shlex.split(
        shown[1].replace("&#x27;", "'").replace("&quot;", '"').replace("&lt;", "<").replace("&amp;", "&")
    )
    assert words[:2] == ["pbxsync", "plan"]
    assert "".join(words[2:]).removeprefix("--tenant").removeprefix("=") == re.sub(r"([*?[])", r"[\1]", code)


def test_a_tenant_that_no_shell_word_can_name_has_no_command() -> None:
    assert "--tenant" not in plan_html(samples.plan(TenantPlan("A\x1b[31m\n", (samples.rename("A\x1b[31m\n"),))))


def test_ten_thousand_changes_are_written_quickly() -> None:
    plan = fleet(200, 50)
    start = time.process_time()
    plan_html(plan)
    assert time.process_time() - start < 5


# in a browser


@needs_chromium
def test_search_and_filters_narrow_what_is_seen(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, samples.FULL)
    assert count(page) == "8 changes"
    page.type("#search", "night 045")
    assert count(page) == "1 of 8 changes in 1 tenant"
    assert page.visible("h2") == ["DEMO"]
    assert page.visible("h3 b") == ['"Night duty"']
    page.type("#search", "NEW desk")
    assert page.visible("h2") == ["NEW"]
    page.type("#search", "")
    assert len(page.visible("article")) == 8
    page.click("[value=add]")
    assert page.visible("h3 b") == ['"Boss private phone"', '"::error::Robot\\u200b"']
    page.click("[value=add]")
    page.type("#type", page.run("[...document.querySelector('#type')].find((o) => o.text === 'AI AGENT').value"))
    assert page.visible("h2") == ["ODD"]
    page.type("#type", "")
    page.type("#tenant", "t2")
    assert page.visible("h2") == ["NEW"]
    assert count(page) == "5 of 8 changes in 1 tenant"
    assert page.troubles() == []


@needs_chromium
def test_tenants_fold_by_button_and_open_for_what_is_found(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, fleet(4, 50))
    assert page.visible("article") == []
    page.click("#open")
    assert len(page.visible("article")) == 200
    page.click("#close")
    assert page.visible("article") == []
    page.type("#search", '"Desk 3 of T002"')
    assert len(page.visible("article")) == 1
    page.type("#search", "")
    assert page.visible("article") == []
    page.click(".bars a[href='#t3']")
    assert page.run("document.querySelector('#t3').open")
    assert page.troubles() == []


@needs_chromium
def test_one_change_is_no_plural(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, samples.plan(TenantPlan("T000", (samples.rename("T000"),))))
    assert count(page) == "1 change"
    page.type("#search", "T000")
    assert count(page) == "1 of 1 change in 1 tenant"


@needs_chromium
def test_the_keyboard_reaches_search_and_folds(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, fleet(4, 50))
    page.key("/", "Slash")
    assert page.run("document.activeElement.id") == "search"
    assert page.run("document.querySelector('#search').value") == ""
    page.type("#search", "T001")
    page.key("Escape", "Escape")
    assert count(page) == "200 changes"
    page.run("document.querySelector('#t1 summary').focus()")
    page.key(" ", "Space")
    assert page.run("document.querySelector('#t1').open")
    assert page.troubles() == []


@needs_chromium
def test_the_command_of_a_tenant_can_be_copied(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, samples.FULL)
    page.run("navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }")
    page.click("#t2 .copy")
    assert page.run("window.copied") == "pbxsync plan --tenant NEW"
    assert page.run("document.querySelector('#t2 .copy').textContent") == "Copied"
    page.run("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    page.click("#t1 .copy")
    assert page.run("String(getSelection())") == "pbxsync plan --tenant DEMO"


@needs_chromium
def test_light_and_dark_follow_the_system_and_the_button(browser: Browser, tmp_path: Path) -> None:
    def paper(page: Page) -> str:
        colour: str = page.run("getComputedStyle(document.body).backgroundColor")
        return colour

    show(browser, tmp_path, samples.FULL)
    url = (tmp_path / "plan.html").as_uri()
    light, dark = browser.page(url), browser.page(url, dark=True)
    assert (paper(light), paper(dark)) == ("rgb(255, 255, 255)", "rgb(20, 23, 28)")
    dark.click("#theme")
    assert paper(dark) == "rgb(255, 255, 255)"
    dark.click("#theme")
    assert paper(dark) == "rgb(20, 23, 28)"


@needs_chromium
def test_hostile_names_do_nothing_and_are_seen(browser: Browser, tmp_path: Path) -> None:
    script = "<script>window.owned = 1</script><img src=x onerror='window.owned=1'><svg onload='window.owned=1'>"
    names = [*HOSTILE, script, f"</script>{script}", f"'\">{script}", "javascript:window.owned=1", "{{1+1}}"]
    changes = tuple(samples.add("X", f"{name}{number}") for number, name in enumerate(names))
    plan = samples.plan(
        TenantPlan("X", changes, warnings=tuple(names)),
        TenantPlan("Y" + script, (replace(samples.odd("Y" + script), type=script),)),
        *(TenantPlan(f"Z{number}{name}", error=name) for number, name in enumerate(names)),
    )
    scope = Scope(tenants=(script,), since=Since(script, "1a2b3c4d5e6f", left=(script,)))
    plan = replace(plan, scope=scope, overridden_url=script)
    page = show(browser, tmp_path, plan)
    assert page.troubles() == []
    assert page.run("window.owned") is None
    shown = [json.loads(text) for text in page.visible("h3 b")]
    assert shown == [change.name for change in plan.changes]
    assert SECRET not in page.run("document.documentElement.outerHTML")


@needs_chromium
def test_what_got_through_as_html_would_still_not_run(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    bad = "<script>window.owned = 1</script><img src='http://127.0.0.1:9/x' onerror='window.owned=1'>"
    path.write_text(plan_html(samples.FULL).replace("<main>", f"<main>{bad}"), encoding="utf-8")
    page = browser.page(path.as_uri())
    assert page.run("window.owned") is None
    assert page.troubles() != []


@needs_chromium
def test_ten_thousand_changes_are_still_quick(browser: Browser, tmp_path: Path) -> None:
    start = time.monotonic()
    page = show(browser, tmp_path, fleet(200, 50))
    assert time.monotonic() - start < 15
    took = page.run(
        """(async () => {
        const start = performance.now();
        const search = document.querySelector('#search');
        search.value = '\"desk 7 of t123\"';
        search.dispatchEvent(new Event('input', {bubbles: true}));
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        return performance.now() - start;
        })()"""
    )
    assert count(page) == "1 of 10,000 changes in 1 tenant"
    assert took < 3000
    assert page.troubles() == []


@needs_chromium
def test_print_shows_what_is_folded(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, fleet(4, 50))
    page.run(
        "window.seen = 0; addEventListener('beforeprint', () => {"
        " window.seen = document.querySelectorAll('details[open]').length; })"
    )
    assert page.pdf().startswith(b"%PDF")
    assert page.run("window.seen") == 4
    assert page.visible("article") == []


@needs_chromium
@pytest.mark.parametrize("width", [320, 1100])
def test_nothing_is_wider_than_the_window(browser: Browser, tmp_path: Path, width: int) -> None:
    page = show(browser, tmp_path, samples.plan(*samples.FULL.tenants, *samples.BROKEN.tenants[1:]), width=width)
    assert page.run("document.documentElement.scrollWidth") <= width


@needs_chromium
def test_every_control_has_a_name_for_a_screen_reader(browser: Browser, tmp_path: Path) -> None:
    page = show(browser, tmp_path, samples.FULL)
    # Chromium fills in this tree by and by, after the page is there.
    until(lambda: any(name.startswith('change "Boss private phone"') for name in _headings(_accessible(page))))
    nodes = _accessible(page)
    controls = {"button", "searchbox", "combobox", "checkbox", "radio", "link", "DisclosureTriangle"}
    found = [node for node in nodes if node["role"]["value"] in controls and not node["ignored"]]
    assert {node["role"]["value"] for node in found} == controls
    assert all(node["name"]["value"] for node in found)
    assert _headings(nodes)[0] == "Plan: 6 to add, 2 to change."


def _accessible(page: Page) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = page.call("Accessibility.getFullAXTree")["nodes"]
    return nodes


def _headings(nodes: list[dict[str, Any]]) -> list[str]:
    return [node["name"]["value"] for node in nodes if node["role"]["value"] == "heading"]


@needs_chromium
def test_blanks_in_names_and_values_are_shown_as_they_are(browser: Browser, tmp_path: Path) -> None:
    change = replace(samples.odd("ODD"), name="Tel  2", diff=(TextDiff("param1", "70  12", "70 12", "number"),))
    unmanaged = (Unmanaged("7", "Old  fax", "FORWARD"),)
    page = show(browser, tmp_path, samples.plan(TenantPlan("ODD", (change,), unmanaged_count=1, unmanaged=unmanaged)))
    text = "document.querySelector('main').innerText"
    until(lambda: '"Tel  2"' in page.run(text))  # Chromium lays the fold out by and by
    shown = page.run(text)
    assert '"70  12"' in shown
    assert '"Old  fax"' in shown
