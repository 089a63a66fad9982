"""The view by change as HTML: equal changes are shown once, with the destinations that they are made to.

Each destination is a link to its change in the view by tenant. The page's script filters both views by these links.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from pbxsync.render import groups, view
from pbxsync.render.html.fields import SIGNS
from pbxsync.text.sanitize import quote_full, sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.plan import Change, TenantPlan
    from pbxsync.planning.groups import Group
    from pbxsync.render.html.fields import Fields
    from pbxsync.render.html.links import Anchors

#: More members are folded. The closed fold names some of them: in this number of tenants, and in each of them this number.
_FEW: Final = 12
_TENANTS: Final = 4
_NAMES: Final = 4
_ALL: Final = 10**9
#: Tenants of a fold stand side by side if none has more members.
_IN_A_ROW: Final = 2
#: Notes on more tenants come below the groups, because a reader looks for rare groups first.
_NOTES: Final = 3


def changes_html(
    found: Sequence[Group], tenants: Sequence[TenantPlan], anchors: Anchors, fields: Fields
) -> Iterator[str]:
    """Yield the view by change: the groups, and the notes on tenants."""
    noted: dict[tuple[str, ...], list[str]] = {}
    for tenant in tenants:
        if lines := view.notes(tenant):
            noted.setdefault(tuple(lines), []).append(anchors.tenant(tenant.tenant))
    count = sum(map(len, noted.values()))
    notes = list(_notes(noted, f"Notes on {plural(count, 'tenant')}")) if noted else []
    yield '<section id="changes"><h2 class="hidden-text">By change, the rarest first</h2>'
    if count > _NOTES:
        yield f'<p class="noted"><a href="#notes">Notes on {plural(count, "tenant")}</a> are below the changes</p>'
    else:
        yield from notes
    for group in found:
        yield from _group(group, anchors, fields)
    yield from notes if count > _NOTES else []
    yield "</section>"


def _notes(noted: dict[tuple[str, ...], list[str]], heading: str) -> Iterator[str]:
    """Yield each distinct note with the tenants that have it."""
    yield f'<section class="notes" id="notes"><h3>{heading}</h3><ul>'
    for lines, links in noted.items():
        names = ", ".join(links)
        if len(links) > _FEW:
            names = f"<details><summary>{plural(len(links), 'tenant')}</summary>{names}</details>"
        yield f"<li>{'<br>'.join(map(escape, lines))}: {names}</li>"
    yield "</ul></section>"


def _group(group: Group, anchors: Anchors, fields: Fields) -> Iterator[str]:
    style, sign, word = SIGNS[group.action]
    title = f'{escape(groups.title(group))} <small class="found"></small>'
    if len(group.changes) == 1:
        title = f'<span class="hidden-text">{word}</span> {_headline(group.changes[0], anchors)}'
    yield f'<section class="group {style}"><h3><span aria-hidden="true">{sign}</span> {title}</h3>'
    yield fields(group.diff, group.action)
    if len(group.changes) > 1:
        yield from _members(group, anchors)
    yield "</section>"


def _headline(change: Change, anchors: Anchors) -> str:
    identity = "" if change.id is None else f"id {escape(sanitize(change.id))}, "
    return (
        f"{anchors.tenant(change.tenant)} {anchors.change(change, f'<b>{escape(quote_full(change.name))}</b>')}"
        f" <small>{identity}{escape(sanitize(change.source))}</small>"
    )


def _members(group: Group, anchors: Anchors) -> Iterator[str]:
    """Yield the members by tenant, folded if there are many."""
    folded = len(group.changes) > _FEW
    if folded:
        few, rest = groups.members(group, _TENANTS, _NAMES)
        names = "; ".join([*map(str, few), *[rest] * bool(rest)])
        yield f'<details class="members"><summary><span class="some">{escape(names)}</span>'
        yield f'<span class="all">All {len(group.changes):,}, by tenant</span></summary>'
    by_tenant = groups.members(group, _ALL, _ALL)[0]
    rows = folded and any(len(members.names) > _IN_A_ROW for members in by_tenant)
    yield f'<ul class="members{" rows" * rows}">'
    for members in by_tenant:
        links = " ".join(
            anchors.change(change, escape(name)) for change, name in zip(members.changes, members.names, strict=True)
        )
        yield f"<li>{anchors.tenant(members.changes[0].tenant)} {links}</li>"
    yield f"</ul>{'</details>' if folded else ''}"
