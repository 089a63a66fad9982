"""The result of an apply as JSON: how each change of the plan ended. It contains no key and no sensitive value."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from pbxsync.model.plan import Action
from pbxsync.model.report import Status
from pbxsync.planfile import digest, head, lay_out

if TYPE_CHECKING:
    from pbxsync.model.plan import Change
    from pbxsync.model.report import Outcome, Result, Verification

#: The major version changes when a reader could misread the document, the minor one when keys are added.
RESULT_VERSION: Final = "1.0"


def result_json(result: Result) -> str:
    """Return the result document as JSON text, without a line break at the end."""
    return lay_out(result_document(result))


def result_document(result: Result) -> dict[str, Any]:
    """Return the result document."""
    report = result.report
    return {
        "result_version": RESULT_VERSION,
        **head(result.plan),
        "plan_digest": digest(result.plan),
        "outcome": ended(result),
        "message": report.stopped if result.refused is None else result.refused,
        "journal": report.journal,
        "verified": None if result.verified is None else _verified(result.verified),
        "summary": _summary(result),
        "tenants": _tenants(result),
    }


def ended(result: Result) -> str:
    """Return how the run ended: complete, failed, interrupted or refused."""
    if result.refused is not None:
        return "refused"
    if result.report.interrupted:
        return "interrupted"
    return "complete" if result.report.good else "failed"


def _summary(result: Result) -> dict[str, int]:
    outcomes = result.report.outcomes
    counts = Counter(outcome.status for outcome in outcomes)
    good = Counter(outcome.change.action for outcome in outcomes if outcome.status.good)
    return {
        "changes": len(result.plan.changes),
        "added": good[Action.ADD],
        "updated": good[Action.UPDATE],
        **{str(status).replace(" ", "_"): counts[status] for status in Status},
        "declined": len(result.report.declined),
        "done_before": result.report.before,
    }


def _verified(verification: Verification) -> dict[str, Any]:
    left = None if verification.left is None else verification.left.summary
    return {
        "good": verification.good,
        "message": verification.message,
        "tenants": verification.tenants,
        "left": None if left is None else {"add": left.add, "update": left.update, "failed": left.failed},
    }


def _tenants(result: Result) -> list[dict[str, Any]]:
    """Return the tenants in the order of the plan, without those that it does not change."""
    changes: dict[str, list[dict[str, Any]]] = {}
    declined: dict[str, list[dict[str, Any]]] = {}
    for outcome in result.report.outcomes:
        changes.setdefault(outcome.change.tenant, []).append(_outcome(outcome))
    for change in result.report.declined:
        declined.setdefault(change.tenant, []).append(_change(change))
    return [
        {"tenant": code, "changes": changes.get(code, []), **({"declined": declined[code]} if code in declined else {})}
        for code in dict.fromkeys(tenant.tenant for tenant in result.plan.tenants)
        if code in changes or code in declined
    ]


def _change(change: Change) -> dict[str, Any]:
    return {"action": str(change.action), "id": change.id, "name": change.name, "source": change.source}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        **_change(outcome.change),
        "id": outcome.change.id or outcome.id,
        "status": str(outcome.status),
        "message": outcome.message,
        "mismatches": [asdict(row) for row in outcome.mismatches],
    }
