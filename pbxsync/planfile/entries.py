"""Tenants, changes and fields read from a plan document; refuses what pbxsync would never write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pbxsync.kinds.custom_destination import FIELDS, NAME, TYPE, is_id
from pbxsync.model.entry import Type
from pbxsync.model.plan import Action, Add, Drift, Left, SecretDiff, TenantPlan, TextDiff, TypeDiff, Unmanaged, Update
from pbxsync.planfile.validate import Wrong, count, each, flag, require, text, text_or_none, texts

if TYPE_CHECKING:
    from pbxsync.model.plan import Change, FieldDiff

_ACTIONS: Final = {str(action): action for action in Action}
#: The number of a type, as it is sent.
_NUMBER: Final = re.compile("[0-9]{1,18}")


def tenant_plan(row: dict[str, Any]) -> TenantPlan:
    """Return one tenant of the document."""
    code = text(row, "tenant")
    require(bool(code), "tenant", "must not be empty")
    plan = TenantPlan(
        tenant=code,
        changes=each(row, "changes", lambda change: _change(change, code)),
        unchanged=count(row, "unchanged"),
        unmanaged_count=count(row, "unmanaged_count"),
        unmanaged=each(row, "unmanaged", _unmanaged),
        shared_count=count(row, "shared_count") if "shared_count" in row else 0,
        shared=each(row, "shared", _unmanaged) if "shared" in row else (),
        warnings=texts(row, "warnings"),
        error=text_or_none(row, "error"),
        doubtful_empty=flag(row, "doubtful_empty"),
        drift=each(row, "drift", _drift) if "drift" in row else (),
        left=each(row, "left", _left) if "left" in row else (),
    )
    require(plan.error is None or not plan.changes, "changes", "must be empty if there is an error")
    require(len(plan.unmanaged) in {0, plan.unmanaged_count}, "unmanaged", "does not match its count")
    require(len(plan.shared) in {0, plan.shared_count}, "shared", "does not match its count")
    return plan


def _unmanaged(row: dict[str, Any]) -> Unmanaged:
    return Unmanaged(id=text(row, "id"), name=text(row, "name"), type=text(row, "type"))


def _drift(row: dict[str, Any]) -> Drift:
    return Drift(text(row, "name"), text_or_none(row, "id"), text(row, "source"), each(row, "diff", _field))


def _left(row: dict[str, Any]) -> Left:
    return Left(text(row, "name"), text_or_none(row, "id"), text(row, "source"))


def _change(row: dict[str, Any], tenant: str) -> Change:
    action, identity = _action(row), text_or_none(row, "id")
    name, source, diff = text(row, "name"), text(row, "source"), each(row, "diff", _field)
    live = text(row, "live") if "live" in row else None
    beside = texts(row, "beside") if "beside" in row else ()
    kind = text(row, "type") if "type" in row else ""
    fields = [field.field for field in diff]
    require(bool(fields), "diff", "must not be empty")
    require(len(set(fields)) == len(fields), "diff", "has a field twice")
    new_names = [field.after for field in diff if isinstance(field, TextDiff) and field.field == NAME]
    require(all(new_name == name for new_name in new_names), "name", "is not the name in its diff")
    if action is Action.ADD:
        require(identity is None, "id", "must be null for an add")
        require(live is None, "live", "belongs to updates only")
        require({NAME, TYPE} <= set(fields), "diff", "needs name and type for an add")
        old = [field for field in diff if not isinstance(field, SecretDiff) and field.before is not None]
        require(not old, "diff", "has a value before an add")
        return Add(tenant, name, source, diff, kind, beside)
    require(is_id(identity), "id", "must be a number in quotes for an update")
    require(bool(live), "live", "must be there for an update")
    require(not beside, "beside", "belongs to adds only")
    missing = [field for field in diff if isinstance(field, TextDiff) and field.before is None]
    require(not missing, "diff", "has no value before an update")
    return Update(tenant, identity or "", name, source, diff, live or "", kind)


def _action(row: dict[str, Any]) -> Action:
    action = _ACTIONS.get(text(row, "action"))
    if action is None:
        raise Wrong("action", 'must be "add" or "update"')
    return action


def _field(row: dict[str, Any]) -> FieldDiff:
    field, sensitive = text(row, "field"), "sensitive" in row and flag(row, "sensitive")
    by_hand = "set_by_hand" in row and flag(row, "set_by_hand")
    require(field in FIELDS, "field", "must be name, type or param1 to param20")
    before, after, label = text_or_none(row, "before"), text_or_none(row, "after"), text_or_none(row, "label")
    if field == TYPE:
        before_id, after_id = text_or_none(row, "before_id"), text(row, "after_id")
        require(not sensitive, "sensitive", "does not belong to a type")
        require(after is not None, "after", "must be a string")
        require(before is None or before_id is not None, "before_id", "must be a string")
        require(bool(_NUMBER.fullmatch(after_id)), "after_id", "must be a number in quotes")
        return TypeDiff(None if before_id is None else Type(before_id, before), Type(after_id, after), by_hand)
    if sensitive:
        fingerprint = text(row, "fingerprint")
        require(before is None and after is None, "after", "must be null if it is sensitive")
        return SecretDiff(field, fingerprint, label, reference=text(row, "from") if "from" in row else None)
    if after is None:
        raise Wrong("after", "must be a string")
    return TextDiff(field, before, after, label, by_hand)
