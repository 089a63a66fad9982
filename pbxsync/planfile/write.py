"""A plan as its document: what `plan --format json` prints and `plan --out` saves.

The document contains no key and no sensitive value. Its `digest` is `sha256:` and the hash of everything else in it, as
JSON with sorted keys, no blanks and ASCII only; it covers what a later minor version adds, too.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from pbxsync.model.plan import SecretDiff, TextDiff, Update
from pbxsync.text.sanitize import lines_of_json

if TYPE_CHECKING:
    from pbxsync.model.plan import Change, Drift, FieldDiff, Plan, Scope, TenantPlan, Unmanaged

#: The major version changes when an older pbxsync could misread the document, the minor one when keys are added.
FORMAT_VERSION: Final = "1.1"

_encode: Final = json.JSONEncoder(ensure_ascii=False).encode  # once: `json.dumps` creates an encoder for each call


def document(plan: Plan, *, verbose: bool = False) -> dict[str, Any]:
    """Return the plan document, ready for JSON; it contains the rows of `unmanaged` and `shared` only if `verbose`."""
    shown = plan if verbose else _without_unmanaged(plan)
    content = _content(shown)
    tenants = content.pop("tenants")
    return {**content, "digest": digest_of({**content, "tenants": tenants}), "tenants": tenants}


def text(plan: Plan, *, verbose: bool = False) -> str:
    """Return the document as JSON without a line break at the end: harmless to print, one field per line."""
    return lay_out(document(plan, verbose=verbose))


def lay_out(content: dict[str, Any]) -> str:
    """Return an object as JSON that is harmless to print: one line per object in its lists, at any depth."""
    return lines_of_json(_laid_out(content, ""))


def head(plan: Plan) -> dict[str, Any]:
    """Return what identifies a plan: who made it, when, for which PBX, and from what."""
    return {
        "pbxsync_version": plan.pbxsync_version,
        "created_at": plan.created_at,
        "url": plan.url,
        **({} if plan.overridden_url is None else {"overridden_url": plan.overridden_url}),
        "git": None if plan.git is None else asdict(plan.git),
        "scope": None if plan.scope is None else _scope(plan.scope),
    }


def digest(plan: Plan) -> str:
    """Return the digest of the document of this plan, including its `unmanaged` rows."""
    return digest_of(_content(plan))


def digest_of(content: dict[str, Any]) -> str:
    """Return the digest of a document without its `digest`."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return f"sha256:{hashlib.sha256(canonical.encode('ascii')).hexdigest()}"


def _without_unmanaged(plan: Plan) -> Plan:
    return replace(plan, tenants=tuple(replace(tenant, unmanaged=(), shared=()) for tenant in plan.tenants))


def _content(plan: Plan) -> dict[str, Any]:
    summary = asdict(plan.summary)
    return {
        "format_version": FORMAT_VERSION,
        "pbxsync_version": plan.pbxsync_version,
        "created_at": plan.created_at,
        "url": plan.url,
        "complete": plan.complete,
        "summary": summary if plan.summary.shared else {key: summary[key] for key in summary if key != "shared"},
        **({} if plan.overridden_url is None else {"overridden_url": plan.overridden_url}),
        "git": None if plan.git is None else asdict(plan.git),
        "scope": None if plan.scope is None else _scope(plan.scope),
        "tenants": [_tenant(tenant) for tenant in plan.tenants],
    }


def _tenant(tenant: TenantPlan) -> dict[str, Any]:
    shared = {"shared_count": tenant.shared_count, "shared": [_unmanaged(row) for row in tenant.shared]}
    return {
        "tenant": tenant.tenant,
        "error": tenant.error,
        "unchanged": tenant.unchanged,
        "unmanaged_count": tenant.unmanaged_count,
        "doubtful_empty": tenant.doubtful_empty,
        "warnings": list(tenant.warnings),
        "changes": [_change(change) for change in tenant.changes],
        "unmanaged": [_unmanaged(row) for row in tenant.unmanaged],
        **({"drift": [_drift(row) for row in tenant.drift]} if tenant.drift else {}),
        **({"left": [asdict(row) for row in tenant.left]} if tenant.left else {}),
        **(shared if tenant.shared_count else {}),
    }


def _scope(scope: Scope) -> dict[str, Any]:
    return {
        "files": scope.files,
        "shard": None if scope.shard is None else str(scope.shard),
        "tenants": list(scope.tenants),
        "since": None if scope.since is None else {**asdict(scope.since), "left": list(scope.since.left)},
    }


def _drift(drift: Drift) -> dict[str, Any]:
    fields = [_field(diff) for diff in drift.diff]
    return {"id": drift.id, "name": drift.name, "source": drift.source, "diff": fields}


def _change(change: Change) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if isinstance(change, Update):
        more["live"] = change.live
    elif change.beside:
        more["beside"] = list(change.beside)
    return {
        "action": str(change.action),
        "id": change.id,
        "name": change.name,
        "type": change.type,
        "source": change.source,
        **more,
        "diff": [_field(diff) for diff in change.diff],
    }


def _field(diff: FieldDiff) -> dict[str, Any]:
    row: dict[str, Any] = {"field": diff.field, "label": diff.label}
    if isinstance(diff, SecretDiff):
        named = {} if diff.reference is None else {"from": diff.reference}
        return row | {"before": None, "after": None, "sensitive": True, "fingerprint": diff.fingerprint, **named}
    if diff.set_by_hand:
        row["set_by_hand"] = True
    if isinstance(diff, TextDiff):
        return row | {"before": diff.before, "after": diff.after}
    names = {"before": None if diff.before is None else str(diff.before), "after": str(diff.after)}
    return row | names | {"before_id": diff.old_value, "after_id": diff.new_value}


def _unmanaged(row: Unmanaged) -> dict[str, str]:
    return {"id": row.id, "name": row.name, "type": row.type}


def _laid_out(value: dict[str, Any], pad: str) -> str:
    """Return an object as JSON: its plain keys on one line, then its lists of objects with one line per object."""
    rows = {key: item for key, item in value.items() if item and isinstance(item, list) and isinstance(item[0], dict)}
    head = _encode({key: item for key, item in value.items() if key not in rows})
    tail = "".join(f', "{key}": [\n{_rows(items, pad)}]' for key, items in rows.items())
    return f"{head[:-1]}{tail}}}"


def _rows(items: list[dict[str, Any]], pad: str) -> str:
    inner = f"{pad} "
    return ",\n".join(inner + _laid_out(item, inner) for item in items)
