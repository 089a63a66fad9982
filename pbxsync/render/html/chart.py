"""A bar chart of the tenants with the most changes."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from pbxsync.model.plan import Action
from pbxsync.text.sanitize import truncate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pbxsync.model.plan import TenantPlan

_BARS: Final = 12


def chart(tenants: Sequence[tuple[str, TenantPlan]]) -> Iterator[str]:
    """Yield HTML for pairs of an anchor and the plan of its tenant; nothing if there are no changes.

    The bars are SVG. Labels and numbers are text beside them, for screen readers and small screens.
    """
    largest = sorted(tenants, key=lambda pair: -len(pair[1].changes))
    drawn = [pair for pair in largest[:_BARS] if pair[1].changes]
    if not drawn:
        return
    most, rest = len(drawn[0][1].changes), largest[len(drawn) :]
    yield '<figure><figcaption>Where the changes are</figcaption>\n<ol class="bars">'
    for anchor, tenant in drawn:
        yield _bar(anchor, tenant, most)
    left = sum(len(tenant.changes) for _, tenant in rest)
    yield f"</ol>{f'<p>and {left:,} more in other tenants</p>' if left else ''}</figure>"


def _bar(anchor: str, tenant: TenantPlan, most: int) -> str:
    adds = sum(change.action is Action.ADD for change in tenant.changes)
    updates = len(tenant.changes) - adds
    add, change = (100 * number / most for number in (adds, updates))
    words = " ".join([f"+{adds:,}"] * bool(adds) + [f"~{updates:,}"] * bool(updates))
    return (
        f'<li><a href="#{anchor}">{escape(truncate(tenant.tenant, 60))}</a>'
        '<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="add" width="{add:.2f}" height="10"/>'
        f'<rect class="change" x="{add:.2f}" width="{change:.2f}" height="10"/></svg> <span>{words}</span></li>'
    )
