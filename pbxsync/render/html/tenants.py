"""Tenants and their changes as HTML. Every text is sanitized first and then escaped for HTML."""

from __future__ import annotations

import re
import shlex
from html import escape
from typing import TYPE_CHECKING

from pbxsync.render import view
from pbxsync.render.html.fields import SIGNS
from pbxsync.text.sanitize import quote_full, sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pbxsync.model.plan import Change, TenantPlan, Unmanaged
    from pbxsync.render.html.fields import Fields
    from pbxsync.render.html.links import Anchors


def tenant_html(
    plan: TenantPlan,
    anchors: Anchors,
    types: Mapping[str, int],
    fields: Fields,
    *,
    opened: bool,
) -> Iterator[str]:
    """Yield the fold of a tenant; `types` numbers the types for the filter."""
    anchor = anchors.tenants[plan.tenant]
    yield (
        f'<details class="tenant" id="{anchor}"{" open" * opened}><summary><h2>{_safe(plan.tenant)}</h2>'
        f" <span>{_counts(plan)}</span></summary>"
    )
    yield from _command(plan.tenant)
    notes = "".join(f"<li>{escape(note)}</li>" for note in view.notes(plan))
    yield from [f"<ul>{notes}</ul>"] if notes else []
    for change in plan.changes:
        style = SIGNS[change.action][0]
        yield f'<article class="{style}" id="{anchors.changes[change]}" data-type="{types[change.type]}">'
        yield f"{_headline(change)}{fields(view.fields(change), change.action)}</article>"
    if plan.unmanaged:
        yield f'<p class="unmanaged">Unmanaged (live, in no file, left alone): {_rows(plan.unmanaged)}</p>'
    if plan.shared:
        yield f'<p class="unmanaged">{view.SHARED.capitalize()}: {_rows(plan.shared)}</p>'
    yield "</details>"


def failures_html(groups: list[tuple[str, list[str]]]) -> Iterator[str]:
    """Yield the errors, each with the tenants that have it."""
    for message, tenants in groups:
        yield f'<div class="bad"><p><b>{plural(len(tenants), "tenant")} failed:</b> {_safe(", ".join(tenants))}</p>'
        yield "".join(f"<p>{_safe(line)}</p>" for line in message.split("\n")) + "</div>"


def _safe(text: str) -> str:
    return escape(sanitize(text))


def _counts(plan: TenantPlan) -> str:
    shared = f", {plan.shared_count:,} shared" if plan.shared_count else ""
    left_alone = f"; {plan.unchanged:,} unchanged, {plan.unmanaged_count:,} unmanaged{shared}"
    return view.to_do(plan.changes) + (left_alone if view.counts_live(plan) else "")


def _command(code: str) -> Iterator[str]:
    """Yield the command that plans only this tenant. A code that quotes alone cannot protect gets none."""
    if sanitize(code) == code and code.isprintable():
        pattern = re.sub(r"([*?[])", r"[\1]", code)
        yield (
            f'<p class="command"><code>pbxsync plan --tenant {escape(shlex.quote(pattern))}</code>'
            ' <button type="button" class="copy" hidden>Copy</button></p>'
        )


def _headline(change: Change) -> str:
    _, sign, word = SIGNS[change.action]
    identity = "" if change.id is None else f" id {_safe(change.id)},"
    return (
        f'<h3><span aria-hidden="true">{sign}</span><span class="hidden-text">{word}</span>'
        f" <b>{escape(quote_full(change.name))}</b><small>{identity} {_safe(change.source)}</small></h3>"
    )


def _rows(rows: tuple[Unmanaged, ...]) -> str:
    return ", ".join(f"<code>{escape(quote_full(row.name))}</code> (id {_safe(row.id)})" for row in rows)
