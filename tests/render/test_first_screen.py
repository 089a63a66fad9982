"""What a reviewer sees of a comment without scrolling or a click, as a browser shows it: a planted mistake is there."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from pbxsync.render.markdown.comment import plan_markdown
from tests.render.chromium import CHROMIUM, Browser
from tests.render.planted import PLANTED
from tests.render.test_markdown import assert_inert, odd_one_out
from tests.render.test_text import check

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

#: Sizes and distances of a comment on GitHub, and its width on a laptop.
STYLE = """
body { font: 14px/1.5 'Noto Sans', Helvetica, Arial, sans-serif; margin: 16px; max-width: 760px }
h3 { font-size: 1.25em; margin: 8px 0 16px } h4 { font-size: 1em; margin: 24px 0 16px }
p, details, pre, div { margin-top: 0; margin-bottom: 16px }
pre { padding: 16px; overflow: auto; font: 12px/1.45 'DejaVu Sans Mono', monospace; background: #f6f8fa }
mark { background: #fff8c5 }
"""
#: The text of each line of visible code that ends at most so many pixels from the top.
LINES = """
(() => {
  const lines = [];
  for (const pre of document.querySelectorAll("pre")) {
    if (!pre.checkVisibility()) continue;
    const top = pre.getBoundingClientRect().top + 16;
    pre.textContent.trimEnd().split("\\n").forEach((text, at) => {
      if (top + (at + 1) * 17.4 <= LIMIT) lines.push(text);
    });
  }
  return lines;
})()
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    running = Browser(tmp_path_factory.mktemp("profile"))
    yield running
    running.close()


def first_screen(browser: Browser, folder: Path, comment: str) -> str:
    """Return the lines of code in the first 900 pixels of a comment; all of them are as wide as the comment at most."""
    path = folder / "comment.html"
    body = MarkdownIt("gfm-like", {"html": True}).render(comment)
    path.write_text(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{body}", encoding="utf-8")
    page = browser.page(path.as_uri(), width=800)
    wide = "[...document.querySelectorAll('pre')].filter((pre) => pre.scrollWidth > pre.clientWidth).length"
    assert page.run(wide) == 0
    lines: list[str] = page.run(LINES.replace("LIMIT", "900"))
    assert page.troubles() == []
    return "\n".join(lines)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_in_the_first_forty_lines(name: str) -> None:
    text = plan_markdown(PLANTED[name].plan)
    overview, _, _ = text.partition("\n\n#### By tenant\n")
    check(f"planted/{name}.md", overview)
    assert_inert(text)
    first = html.unescape(re.sub("<[^>]*>", "", "\n".join(text.split("\n")[:40])))
    assert all(sign in first for sign in PLANTED[name].signs)


@needs_chromium
@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_in_the_first_screen(browser: Browser, tmp_path: Path, name: str) -> None:
    screen = first_screen(browser, tmp_path, plan_markdown(PLANTED[name].plan))
    assert all(sign in screen for sign in PLANTED[name].signs)


@needs_chromium
@pytest.mark.parametrize("number", [60, 764, 10_000])
def test_the_odd_one_is_in_the_first_screen(browser: Browser, tmp_path: Path, number: int) -> None:
    screen = first_screen(browser, tmp_path, plan_markdown(odd_one_out(number)))
    assert json.dumps("+4570123465") in screen
    assert f"(id {number - 9})" in screen
