"""What every format says of groups of equal changes: when they are shown, their titles, and who is in them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxsync.model.plan import Action, TextDiff
from pbxsync.render import marks, view
from pbxsync.text.differences import is_inline
from pbxsync.text.sanitize import quote_full, sanitize
from pbxsync.text.words import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxsync.model.plan import Change, FieldDiff
    from pbxsync.planning.groups import Group

#: What `--view` accepts: a plan is shown by tenant or by change.
VIEWS: Final = ("auto", "tenants", "changes")
#: A plan of more changes is shown by change, if it has at most half as many groups.
_FEW: Final = 20
#: In a list of names, one that has any of these is quoted.
_AMBIGUOUS: Final = frozenset(",:;()[]")


class Members(NamedTuple):
    """The members of a group in one tenant: `changes`, their `names`, safe to print, and how many `more` are not named."""

    tenant: str
    names: tuple[str, ...]
    more: int
    changes: tuple[Change, ...]

    def __str__(self) -> str:
        hidden = f" and {self.more:,} more" if self.more else ""
        return f"{self.tenant}: {', '.join(self.names)}{hidden}"


def shows_changes(chosen: str, changes: Sequence[Change], groups: Sequence[Group]) -> bool:
    """Whether a plan is shown by change: `chosen` is one of `VIEWS`."""
    if chosen == "auto":
        return len(changes) > _FEW and 2 * len(groups) <= len(changes)
    return chosen == "changes"


def title(group: Group) -> str:
    """Return how many changes a group has: `763 changes in 60 tenants`, `1 add in DEMO`."""
    noun = "add" if group.action is Action.ADD else "change"
    tenants = group.tenants
    place = sanitize(next(iter(tenants))) if len(tenants) == 1 else plural(len(tenants), "tenant")
    return f"{plural(len(group.changes), noun)} in {place}"


def gist(group: Group) -> str:
    """Return a group on one line, without its members: `763 × timeout "30" -> "25"`. Long texts by their size only."""
    adds = group.action is Action.ADD
    rows = ", ".join(f"{view.label(row)} {_gist(row, adds=adds)}" for row in group.diff)
    return f"{len(group.changes):,} × {'add' if adds else ''}{' ' if adds and rows else ''}{rows}"


def _gist(row: FieldDiff, *, adds: bool) -> str:
    if isinstance(row, TextDiff) and not is_inline(row.before or "", row.after):
        return marks.extent(row)
    before, after = view.values(row)
    return after if adds else f"{before} -> {after}"


def members(group: Group, tenants: int, names: int) -> tuple[list[Members], str]:
    """Return the members in at most `tenants` tenants, `names` of them in each, and a phrase about the other tenants.

    The tenants with the fewest members come first: a change that went to the wrong tenant is alone there.
    """
    fewest = sorted(group.tenants.items(), key=lambda item: len(item[1]))
    shown = [_members(tenant, changes, names) for tenant, changes in fewest[:tenants]]
    rest = fewest[tenants:]
    more = sum(len(changes) for _, changes in rest)
    return shown, f"and {more:,} more in {plural(len(rest), 'tenant')}" if rest else ""


def _members(tenant: str, changes: Sequence[Change], limit: int) -> Members:
    times = Counter(change.name for change in changes)
    listed = tuple(
        name_in_list(change.name) + (f" (id {sanitize(change.id)})" if times[change.name] > 1 and change.id else "")
        for change in changes[:limit]
    )
    return Members(name_in_list(tenant), listed, max(0, len(changes) - limit), tuple(changes[:limit]))


def name_in_list(name: str) -> str:
    """Return a name for a list of names: as it is if it is plain, else in quotes."""
    quoted = quote_full(name)
    plain = quoted == f'"{name}"' and name == name.strip() != "" and sanitize(name) == name
    return name if plain and not _AMBIGUOUS.intersection(name) and " and " not in name else quoted
