"""Plans as pages in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxsync.model.plan import Plan, TenantPlan
from pbxsync.render.html.page import plan_html
from tests.render import samples
from tests.render.chromium import CHROMIUM, Browser, Page

if TYPE_CHECKING:
    from pathlib import Path

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed (Debian: apt install chromium)")


def show(
    browser: Browser,
    folder: Path,
    plan: Plan,
    view_by: str = "tenants",
    *,
    verbose: int = 1,
    width: int = 1100,
    scripts: bool = True,
) -> Page:
    path = folder / "plan.html"
    path.write_text(plan_html(plan, verbose=verbose, view_by=view_by), encoding="utf-8")
    return browser.page(path.as_uri(), width=width, scripts=scripts)


def count(page: Page) -> str:
    shown: str = page.run("document.querySelector('#shown').value")
    return shown


def fleet(tenants: int, each: int) -> Plan:
    """As many adds as updates in every tenant."""

    def of(number: int) -> TenantPlan:
        code = f"T{number:03}"
        adds = tuple(samples.add(code, f"Desk {n} of {code}", line=n) for n in range(each // 2))
        return TenantPlan(code, adds + tuple(samples.rename(code, f"{number + 1}{n:03}") for n in range(each // 2)))

    return samples.plan(*(of(number) for number in range(tenants)))
