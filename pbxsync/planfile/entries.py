"""The tenants, changes and fields of a plan document, each checked for what a plan of pbxsync always holds."""

from __future__ import annotations

import re
from typing import Any, Final

from pbxsync.kinds.custom_destination import FIELDS, is_id
from pbxsync.model.plan import Action, Change, FieldDiff, TenantPlan, Unmanaged
from pbxsync.planfile.validate import Wrong, count, each, flag, require, text, text_or_none, texts

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
        warnings=texts(row, "warnings"),
        error=text_or_none(row, "error"),
        doubtful_empty=flag(row, "doubtful_empty"),
    )
    require(plan.error is None or not plan.changes, "changes", "must be empty where there is an error")
    require(len(plan.unmanaged) in {0, plan.unmanaged_count}, "unmanaged", "does not match its count")
    return plan


def _unmanaged(row: dict[str, Any]) -> Unmanaged:
    return Unmanaged(id=text(row, "id"), name=text(row, "name"), type=text(row, "type"))


def _change(row: dict[str, Any], tenant: str) -> Change:
    change = Change(
        action=_action(row),
        tenant=tenant,
        id=text_or_none(row, "id"),
        name=text(row, "name"),
        source=text(row, "source"),
        diff=each(row, "diff", _field),
        live=text(row, "live") if "live" in row else None,
        type=text(row, "type") if "type" in row else "",
    )
    _check_fields(change)
    if change.action is Action.ADD:
        _check_add(change)
    else:
        _check_update(change)
    return change


def _action(row: dict[str, Any]) -> Action:
    action = _ACTIONS.get(text(row, "action"))
    if action is None:
        raise Wrong("action", 'must be "add" or "update"')
    return action


def _check_fields(change: Change) -> None:
    fields = [diff.field for diff in change.diff]
    require(bool(fields), "diff", "must not be empty")
    require(len(set(fields)) == len(fields), "diff", "has a field twice")
    named = [diff for diff in change.diff if diff.field == "name" and not diff.sensitive]
    require(all(diff.after == change.name for diff in named), "name", "is not the name in its diff")


def _check_add(change: Change) -> None:
    require(change.id is None, "id", "must be null for an add")
    require(change.live is None, "live", "belongs to updates only")
    fields = {diff.field for diff in change.diff}
    require({"name", "type"} <= fields, "diff", "needs name and type for an add")
    old = [diff for diff in change.diff if diff.before is not None or diff.before_id is not None]
    require(not old, "diff", "has a value before an add")


def _check_update(change: Change) -> None:
    require(is_id(change.id), "id", "must be a number in quotes for an update")
    require(bool(change.live), "live", "must be there for an update")
    lost = [diff for diff in change.diff if diff.before is None and diff.field != "type" and not diff.sensitive]
    require(not lost, "diff", "has no value before an update")


def _field(row: dict[str, Any]) -> FieldDiff:
    field, sensitive = text(row, "field"), "sensitive" in row and flag(row, "sensitive")
    require(field in FIELDS, "field", "must be name, type or param1 to param20")
    is_type = field == "type"
    diff = FieldDiff(
        field=field,
        before=text_or_none(row, "before"),
        after=text_or_none(row, "after"),
        label=text_or_none(row, "label"),
        before_id=text_or_none(row, "before_id") if is_type else None,
        after_id=text(row, "after_id") if is_type else None,
        sensitive=sensitive,
        fingerprint=text(row, "fingerprint") if sensitive else None,
    )
    if sensitive:
        require(not is_type, "sensitive", "does not belong to a type")
        require(diff.before is None and diff.after is None, "after", "must be null where it is sensitive")
    else:
        require(diff.after is not None, "after", "must be a text")
    require(diff.after_id is None or bool(_NUMBER.fullmatch(diff.after_id)), "after_id", "must be a number in quotes")
    return diff
