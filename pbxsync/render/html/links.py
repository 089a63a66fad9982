"""The places of the page that links lead to: each tenant, and each change in its tenant."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from pbxsync.text.sanitize import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pbxsync.model.plan import Change, TenantPlan


class Anchors(NamedTuple):
    """The HTML ids of tenants, by code, and of changes: `t1`, `c1` and so on, in the order of the page."""

    tenants: Mapping[str, str]
    changes: Mapping[Change, str]

    @classmethod
    def of(cls, tenants: Iterable[TenantPlan], changes: Iterable[Change]) -> Anchors:
        """Number tenants and changes from 1. The page's script relies on the numbers of the changes."""
        return cls(
            {tenant.tenant: f"t{number}" for number, tenant in enumerate(tenants, 1)},
            {change: f"c{number}" for number, change in enumerate(changes, 1)},
        )

    def tenant(self, code: str) -> str:
        """Return a link to a tenant."""
        return f'<a href="#{self.tenants[code]}">{escape(sanitize(code))}</a>'

    def change(self, change: Change, text: str) -> str:
        """Return a link to a change; `text` is HTML."""
        return f'<a href="#{self.changes[change]}">{text}</a>'
