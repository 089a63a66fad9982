"""The plan as one self-contained HTML page, for reading, sharing and printing.

It loads nothing. Its Content-Security-Policy only allows its own script and style, by their hashes: if some text got
through as HTML, a browser would still not run it.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from html import escape
from pkgutil import get_data
from typing import TYPE_CHECKING, Final

from pbxsync.render import view
from pbxsync.render.html import tenants
from pbxsync.render.html.chart import chart
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.plan import Plan, TenantPlan

#: All tenants are open if there are at most this many changes.
_OPEN: Final = 100


def plan_html(plan: Plan, *, verbose: int = 0) -> str:
    """Return the plan as a whole HTML page, without a line break at the end."""
    anchored = [(f"t{number}", tenant) for number, tenant in enumerate(view.worth_showing(plan, verbose), 1)]
    kinds = sorted({change.type for change in plan.changes})
    types = {kind: number for number, kind in enumerate(kinds)}
    opened = plan.summary.changes <= _OPEN
    lines = [*_head(plan), *_opening(plan, anchored), *_filters(plan, anchored, kinds), "<main>"]
    for anchor, tenant in anchored:
        lines += tenants.tenant(tenant, anchor, types, opened=opened)
    return "\n".join([*lines, "</main>", *_closing()])


def _asset(name: str) -> str:
    data = get_data("pbxsync.render.html", name)
    if data is None:
        raise FileNotFoundError(name)
    return data.decode()


def _source(code: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def _head(plan: Plan) -> Iterator[str]:
    policy = (
        f"default-src 'none'; script-src {_source(_asset('page.js'))}; style-src {_source(_asset('page.css'))}; "
        "img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">\n<link rel="icon" href="data:,">'
    yield f"<title>pbxsync: {escape(view.closing(plan).verdict)}</title>"
    yield f"<style>{_asset('page.css')}</style>\n</head>\n<body>"


def _opening(plan: Plan, anchored: Sequence[tuple[str, TenantPlan]]) -> Iterator[str]:
    closing = view.closing(plan)
    yield f"<header>\n<h1>{closing.verdict}</h1>"
    yield from [f"<p>{escape(closing.left_alone)}</p>"] if closing.left_alone else []
    yield from [f'<div class="bad" role="alert"><p><b>{closing.incomplete}</b></p></div>'] if closing.incomplete else []
    yield (
        f'<p class="facts">PBX {escape(sanitize(plan.url))}<br>planned {escape(sanitize(plan.created_at))}'
        f" by pbxsync {escape(sanitize(plan.pbxsync_version))}</p>"
    )
    yield from chart(anchored)
    yield from tenants.failures(view.failures(plan))
    yield "</header>"


def _filters(plan: Plan, anchored: Sequence[tuple[str, TenantPlan]], kinds: Sequence[str]) -> Iterator[str]:
    counts = plan.summary
    tenants = [(anchor, tenant.tenant) for anchor, tenant in anchored]
    yield '<form id="filters" role="search" hidden>'
    yield (
        '<label>Search <input type="search" id="search" autocomplete="off" aria-keyshortcuts="/"'
        ' placeholder="words, &quot;whole value&quot;"></label>'
    )
    yield _select("tenant", "Tenant", "all tenants", tenants)
    yield _select("type", "Type", "all types", [(str(index), kind or "(not told)") for index, kind in enumerate(kinds)])
    yield "<fieldset><legend class=hidden-text>Action</legend>"
    yield f'<label><input type="checkbox" name="action" value="add" checked> add ({counts.add:,})</label>'
    yield f'<label><input type="checkbox" name="action" value="change" checked> change ({counts.update:,})</label>'
    yield '</fieldset>\n<button type="button" id="open">Open all</button>'
    yield '<button type="button" id="close">Close all</button>'
    yield '<button type="button" id="theme" data-value="auto">Theme: auto</button>'
    yield '<output id="shown" aria-live="polite"></output>\n</form>'


def _select(name: str, label: str, every: str, options: Sequence[tuple[str, str]]) -> str:
    chosen = "".join(f'<option value="{value}">{escape(sanitize(text))}</option>' for value, text in options)
    return f'<label>{label} <select id="{name}"><option value="">{every}</option>{chosen}</select></label>'


def _closing() -> Iterator[str]:
    yield "<footer><p>Press <kbd>/</kbd> to search. Nothing on this page leaves your machine.</p></footer>"
    yield f"<script>{_asset('page.js')}</script>\n</body>\n</html>"
