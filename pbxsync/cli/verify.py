"""`apply --verify`: plans again afterwards what the files ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.cli.stages import plan_files
from pbxsync.model.report import Verification
from pbxsync.planning.plan import PlanOptions

if TYPE_CHECKING:
    from pbxsync.cli.context import Context
    from pbxsync.model.plan import Plan
    from pbxsync.project import Project
    from pbxsync.session import Endpoint
    from pbxsync.tenants.desired import Desired


def plan_again(context: Context, project: Project, desired: Desired, applied: Plan, endpoint: Endpoint) -> Verification:
    """Plan everything that the files manage in the tenants of an applied plan.

    A plan of a git change leaves drift as it is: that counts here, too.
    """
    in_files = set(desired.tenants)
    tenants = [tenant.tenant for tenant in applied.tenants if tenant.tenant in in_files]
    return Verification(len(tenants), plan_files(context, project, desired, tenants, endpoint, PlanOptions()).plan)
