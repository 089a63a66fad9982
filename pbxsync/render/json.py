"""The plan as JSON: the document that `plan --out` saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.planfile import text

if TYPE_CHECKING:
    from pbxsync.model.plan import Plan


def plan_json(plan: Plan, *, verbose: int = 0) -> str:
    """Return the plan document as JSON text, without a line break at the end."""
    return text(plan, verbose=verbose > 0)
