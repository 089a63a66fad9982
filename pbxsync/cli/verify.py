"""`apply --verify`: plans again afterwards, and is content only if nothing is left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.cli.show import show_plan
from pbxsync.cli.stages import plan_files
from pbxsync.planning.plan import PlanOptions
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan
    from pbxsync.project import Project
    from pbxsync.session import Endpoint
    from pbxsync.tenants.desired import Desired


def verify_applied(context: Context, project: Project, desired: Desired, applied: Plan, endpoint: Endpoint) -> int:
    """Plan everything that the files manage in the tenants of an applied plan, and return the exit status.

    A plan of a git change leaves drift as it is: that counts here, too.
    """
    in_files = set(desired.tenants)
    tenants = [tenant.tenant for tenant in applied.tenants if tenant.tenant in in_files]
    left = plan_files(context, project, desired, tenants, endpoint, PlanOptions()).plan
    if left.complete and not left.changes:
        context.console.result(f"Verified: the PBX matches the files of {plural(len(tenants), 'tenant')}.")
        return 0
    context.console.result("")  # an empty line separates the plan from the report
    show_plan(context, left)
    reason = "the PBX still differs from the files, as the plan above shows"
    if not left.complete:
        reason = "some tenants could not be planned again, so nothing is proved"
    context.console.error(f"the changes are applied, but --verify failed: {reason}")
    return 1
