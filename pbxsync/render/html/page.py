"""The plan as one self-contained HTML page, for reading, sharing and printing.

It loads nothing. Its Content-Security-Policy only allows its own script and style, by their hashes: if some text got
through as HTML, a browser would still not run it.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from html import escape
from pkgutil import get_data
from typing import TYPE_CHECKING, Final

from pbxsync.planning.groups import group_changes
from pbxsync.render import groups, view
from pbxsync.render.html.chart import chart
from pbxsync.render.html.fields import fields_html
from pbxsync.render.html.groups import changes_html
from pbxsync.render.html.links import Anchors
from pbxsync.render.html.tenants import failures_html, tenant_html
from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pbxsync.model.plan import Plan, TenantPlan
    from pbxsync.render.html.fields import Fields

#: All tenants are open if there are at most this many changes.
_OPEN: Final = 100


def plan_html(plan: Plan, *, verbose: int = 0, view_by: str = "auto") -> str:
    """Return the plan as a whole HTML page, without a line break at the end. `view_by` is the view that it begins with."""
    tenants, found = view.worth_showing(plan, verbose), group_changes(plan.changes)
    anchors = Anchors.of(tenants, plan.changes)
    types = {kind: number for number, kind in enumerate(sorted({change.type for change in plan.changes}))}
    fields = cache(fields_html)  # equal changes have equal fields
    by_change = groups.shows_changes(view_by, plan.changes, found)
    lines = [*_head(plan), *_opening(plan), *_controls(plan, anchors, types, by_change=by_change), "<main>"]
    lines += changes_html(found, tenants, anchors, fields)
    lines += _tenants(plan, tenants, anchors, types, fields)
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


def _opening(plan: Plan) -> Iterator[str]:
    closing = view.closing(plan)
    emulated = "<b>EMULATED</b> " if plan.url.startswith("emulator:") else ""
    yield '<header>\n<button type="button" id="theme" data-value="auto" hidden>Theme: auto</button>'
    yield f"<h1>{closing.verdict}</h1>"
    yield from [f"<p>{escape(closing.left_alone)}</p>"] if closing.left_alone else []
    yield from [f'<div class="bad" role="alert"><p><b>{closing.incomplete}</b></p></div>'] if closing.incomplete else []
    yield (
        f'<p class="facts">{emulated}PBX {escape(sanitize(plan.url))}<br>planned {escape(sanitize(plan.created_at))}'
        f" by pbxsync {escape(sanitize(plan.pbxsync_version))}</p>"
    )
    warnings = "".join(f"<li>{escape(str(warning))}</li>" for warning in view.warnings(plan))
    yield from [f'<ul class="warned">{warnings}</ul>'] if warnings else []
    yield from failures_html(view.failures(plan))
    yield "</header>"


def _controls(plan: Plan, anchors: Anchors, types: Mapping[str, int], *, by_change: bool) -> Iterator[str]:
    """Yield the choice of a view, which works without a script, and the filters, which do not."""
    counts = plan.summary
    yield '<form id="filters" role="search">\n<fieldset class="views"><legend class="hidden-text">View</legend>'
    for name, checked in (("tenant", not by_change), ("change", by_change)):
        yield f'<label><input type="radio" name="view" value="{name}s"{" checked" * checked}>by {name}</label>'
    yield '</fieldset>\n<div id="narrow" hidden>'
    yield (
        '<label>Search <input type="search" id="search" autocomplete="off" aria-keyshortcuts="/"'
        ' placeholder="words, &quot;whole value&quot;"></label>'
    )
    yield _select("tenant", "Tenant", "all tenants", [(anchor, code) for code, anchor in anchors.tenants.items()])
    if len(types) > 1:
        names = [(str(index), kind or "(not told)") for kind, index in types.items()]
        yield _select("type", "Type", "all types", names)
    if counts.add and counts.update:
        yield '<fieldset><legend class="hidden-text">Action</legend>'
        yield f'<label><input type="checkbox" name="action" value="add" checked> add ({counts.add:,})</label>'
        yield f'<label><input type="checkbox" name="action" value="change" checked> change ({counts.update:,})</label>'
        yield "</fieldset>"
    yield '<button type="button" id="open">Open all</button>'
    yield '<button type="button" id="close">Close all</button>'
    yield '<output id="shown" aria-live="polite"></output>\n</div>\n</form>'


def _select(name: str, label: str, every: str, options: Sequence[tuple[str, str]]) -> str:
    chosen = "".join(f'<option value="{value}">{escape(sanitize(text))}</option>' for value, text in options)
    return f'<label>{label} <select id="{name}"><option value="">{every}</option>{chosen}</select></label>'


def _tenants(
    plan: Plan, tenants: Sequence[TenantPlan], anchors: Anchors, types: Mapping[str, int], fields: Fields
) -> Iterator[str]:
    yield '<section id="tenants">'
    yield from chart([(anchors.tenants[tenant.tenant], tenant) for tenant in tenants])
    opened = plan.summary.changes <= _OPEN
    for tenant in tenants:
        yield from tenant_html(tenant, anchors, types, fields, opened=opened)
    yield "</section>"


def _closing() -> Iterator[str]:
    yield "<footer><p>Press <kbd>/</kbd> to search. Nothing on this page leaves your machine.</p></footer>"
    yield f"<script>{_asset('page.js')}</script>\n</body>\n</html>"
