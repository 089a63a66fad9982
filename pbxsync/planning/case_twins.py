"""Tenant codes that differ in case alone, and adds that a PBX which ignores case would make twice. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pbxsync.model.plan import Add
from pbxsync.text.lookalike import look_alike_key
from pbxsync.text.sanitize import quote, sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxsync.model.plan import TenantPlan


def double_adds(plans: Iterable[TenantPlan]) -> dict[str, str]:
    """Return, by tenant, why it must not be written: it and its case twin would both get a destination of one name.

    Whether a PBX ignores the case of tenant codes is unknown (guess: it does). If it does, both codes are one tenant, and
    an add cannot be taken back.
    """
    twins: dict[str, list[TenantPlan]] = defaultdict(list)
    for plan in plans:
        twins[plan.tenant.casefold()].append(plan)
    faults = {}
    for group in twins.values():
        if len(group) < 2:
            continue
        adders: dict[str, dict[str, Add]] = defaultdict(dict)
        for plan in group:
            for change in plan.changes:
                if isinstance(change, Add):
                    adders[look_alike_key(change.name)][plan.tenant] = change
        for adds in adders.values():
            if len(adds) > 1:
                codes = " and ".join(sanitize(tenant) for tenant in sorted(adds))
                for tenant, add in adds.items():
                    faults[tenant] = (
                        f"{sanitize(add.source)}: {codes} differ only in case, and both would get {quote(add.name)}: a PBX"
                        " that ignores case would hold it twice. Keep it in the files of one of them"
                    )
    return faults
