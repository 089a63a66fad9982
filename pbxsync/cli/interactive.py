"""`apply --interactive`: asks for each group of equal changes, the rarest first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from pbxsync.errors import NotApproved
from pbxsync.model.plan import Action
from pbxsync.planning.groups import group_changes
from pbxsync.planning.narrow import Narrowed, narrow
from pbxsync.render.text import Style, group_lines
from pbxsync.render.view import headline
from pbxsync.text.sanitize import sanitize
from pbxsync.text.words import first_names, plural

if TYPE_CHECKING:
    from collections.abc import Container

    from pbxsync.cli.console import Console
    from pbxsync.model.plan import Change, Plan
    from pbxsync.planning.groups import Group

_ANSWERS: Final = {"y": "y", "yes": "y", "n": "n", "no": "n", "a": "a", "all": "a", "q": "q", "quit": "q"}
#: So many changes that are blocked are named.
_NAMED: Final = 5


def ask_for_groups(console: Console, plan: Plan, done: Container[Change]) -> Narrowed:
    """Ask about every group, except for changes that are `done`, and return the plan of what was approved.

    The end of the input is "quit": nothing more is approved. Raises NotApproved if nothing is left.
    """
    groups = group_changes(change for change in plan.changes if change not in done)
    if not groups:  # an earlier run has done all of it
        return Narrowed(plan, (), ())
    approved: set[Change] = set()
    console.aside(f"\n{plural(len(groups), 'group')} of equal changes for {sanitize(plan.url)}, the rarest first.")
    if any(group.action is Action.ADD for group in groups):
        console.aside("Adds are permanent: no revert removes them.")
    for number, group in enumerate(groups, 1):
        answer = _ask(console, group, f"{number:,} of {len(groups):,}")
        if answer in {"y", "a"}:
            approved.update(group.changes)
        if answer == "a":
            approved.update(change for later in groups[number:] for change in later.changes)
        if answer in {"a", "q"}:
            break
    if not approved:
        raise NotApproved("not approved: nothing was written")
    narrowed = narrow(plan, approved | {change for change in plan.changes if change in done})
    _report(console, narrowed, approved)
    return narrowed


def _ask(console: Console, group: Group, position: str) -> str:
    style = Style(max(0, console.verbosity), console.coloured(sys.stderr), console.width_of(sys.stderr))
    console.aside("\n".join(["", *group_lines(group, style)]))
    while True:
        given = console.answer(f"{position}: [y]es, [n]o, [a]ll that follow too, [q]uit: ")
        if given is None:
            console.aside("")  # ends the line of the question
            return "q"
        answer = _ANSWERS.get(given.lower())
        if answer is not None:
            return answer
        console.aside("Answer y, n, a or q. With q, nothing more is approved; what was approved before is written.")


def _report(console: Console, narrowed: Narrowed, approved: set[Change]) -> None:
    """Say what is left out. Raises NotApproved if nothing of what was approved is left."""
    if narrowed.blocked:
        names = [f"{sanitize(change.tenant)} {headline(change)}" for change in narrowed.blocked]
        console.warning(
            f"{plural(len(names), 'approved change')} left out, because a change that was declined keeps the name:"
            f" {first_names(names, _NAMED)}"
        )
    left = len(approved) - len(narrowed.blocked)
    if not left:
        raise NotApproved("nothing that was approved can be written without what was declined: nothing was written")
    if narrowed.declined:
        console.note(f"{plural(left, 'change')} approved, {len(narrowed.declined):,} left out.")
