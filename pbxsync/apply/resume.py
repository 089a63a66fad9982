"""Which changes of a saved plan are done already, so that an apply that was killed or failed in part can be finished.

A change counts as done if the journal of that apply says so, or if the PBX holds exactly what the change makes. An apply
that died between a write and its line in the journal leaves the second kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxsync.errors import JournalError
from pbxsync.kinds.custom_destination import NAME, PARAMS, fields_of
from pbxsync.live.fingerprint import moved_fields
from pbxsync.model.entry import Type
from pbxsync.model.plan import Add, SecretDiff, TextDiff, TypeDiff
from pbxsync.model.report import Outcome
from pbxsync.text.sanitize import quote, sanitize

if TYPE_CHECKING:
    from pathlib import Path

    from pbxsync.journal.read import JournalContent
    from pbxsync.live.reader import LiveReader
    from pbxsync.model.plan import Change, Destination, Plan, Update


def done_before(plan: Plan, digest: str, journal: JournalContent, path: Path) -> dict[Change, Outcome]:
    """Return the outcomes of the changes that a journal shows as done.

    Raises JournalError if no run in the journal applied this plan, whose digest is given.
    """
    shown = sanitize(str(path))
    if journal.url != plan.url:
        raise JournalError(
            f"the journal {shown} is for {quote(journal.url)}, the plan for {quote(plan.url)}: nothing was written"
        )
    if digest not in journal.plans:
        raise JournalError(
            f"the journal {shown} is not of this plan: nothing was written. Give --resume the journal of the apply that did"
            " not finish, and the same plans"
        )
    written = {
        (write.action, write.tenant, write.name if write.action is Add.action else write.id): write.after
        for write in journal.writes
        if write.plan == digest and write.after is not None and write.after.status.good
    }
    done = {}
    for change in plan.changes:
        after = written.get((change.action, change.tenant, change.name if isinstance(change, Add) else change.id))
        if after is not None:
            done[change] = Outcome(change, after.status, after.id)
    return done


def update_is_done(live: LiveReader, change: Update, row: Destination) -> bool:
    """Whether a live destination holds what an update sends, and is otherwise as it was when this was planned."""
    if not holds(live, change, row):
        return False
    texts = {diff.field: diff.before for diff in change.diff if isinstance(diff, TextDiff)}
    type_ = row.type
    for diff in change.diff:
        if isinstance(diff, TypeDiff):
            type_ = diff.before
            if type_ is not None and type_.name == type_.id:  # a plan shows the number of a type without a name
                type_ = Type(type_.id, None)
    values = fields_of(row) | texts
    before = row._replace(name=values[NAME], type=type_, params=tuple(values[param] for param in PARAMS))
    secret = {diff.field for diff in change.diff if isinstance(diff, SecretDiff)}
    return set(moved_fields(change.live, live.fingerprint(change.tenant, before))) <= secret


def holds(live: LiveReader, change: Change, row: Destination) -> bool:
    """Whether a live destination has every value that a change sends: an add that is there is done."""
    values = {field: value or "" for field, value in fields_of(row).items()}
    return all(
        live.secret(change.tenant, values[diff.field]) == diff.fingerprint
        if isinstance(diff, SecretDiff)
        else values[diff.field] == diff.new_value
        for diff in change.diff
    )
