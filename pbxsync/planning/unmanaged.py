"""What to say of live destinations that no file mentions: somebody added them by hand, or they were never adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxsync.text.words import first_names

if TYPE_CHECKING:
    from pbxsync.model.plan import Plan

#: So many tenants are named, the ones with the most first.
_NAMED: Final = 10


def unmanaged(plan: Plan) -> str:
    """Return a sentence with how many there are, in which tenants, and what to do about them."""
    total = plan.summary.unmanaged
    tenants = sorted((each for each in plan.tenants if each.unmanaged_count), key=lambda each: -each.unmanaged_count)
    where = first_names([f"{each.tenant} {each.unmanaged_count:,}" for each in tenants], _NAMED, "tenant")
    what = "1 live destination is" if total == 1 else f"{total:,} live destinations are"
    return f"{what} in no file: {where} (-v lists them; `pbxsync export --merge` adopts them)"
